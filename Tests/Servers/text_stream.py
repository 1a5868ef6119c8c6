"""From tokens' bytes to the text that a server may show: whole characters, and nothing of a stop text."""

import codecs


class Characters:
    """Puts characters together; a token may end in the middle of one."""

    def __init__(self):
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def add(self, data):
        return self._decoder.decode(data)

    def finish(self):
        return self._decoder.decode(b"", final=True)


class Stops:
    """Holds text back while it could be the beginning of a stop text."""

    def __init__(self, texts):
        self._texts = [text for text in texts if text]
        self._held = ""
        self.reached = False

    def add(self, text):
        """Takes the next characters and returns what can be shown."""
        if self.reached or not self._texts:
            return "" if self.reached else text
        self._held += text
        found = [self._held.find(stop) for stop in self._texts if stop in self._held]
        if found:
            self.reached = True
            return self._held[:min(found)]
        keep = max((self._beginning(stop) for stop in self._texts), default=0)
        shown = self._held[:len(self._held) - keep]
        self._held = self._held[len(self._held) - keep:]
        return shown

    def finish(self):
        """What was held back, when nothing more comes."""
        held, self._held = self._held, ""
        return "" if self.reached else held

    def _beginning(self, stop):
        lengths = range(min(len(stop) - 1, len(self._held)), 0, -1)
        return next((length for length in lengths if self._held.endswith(stop[:length])), 0)
