"""Starts a real model server for a test: `python -m llama_cpp.server`, or llama-server where one is installed.

    real_server.py llama-cpp-python|llama-server MODEL

The first line of standard output is the port, once the server answers. It ends when standard input closes.
"""
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request

PATIENCE = 120


def free_port():
    """A port that nobody has at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def command(product, model, port):
    """One thread, since tests share their machine; one request after another."""
    if product == "llama-server":
        return [shutil.which("llama-server"), "--model", model, "--alias", "fledgling", "--port", str(port), "--host",
                "127.0.0.1", "--ctx-size", "1024", "--parallel", "1", "--threads", "1", "--threads-batch", "1"]
    return [sys.executable, "-m", "llama_cpp.server", "--model", model, "--model_alias", "fledgling", "--port",
            str(port), "--host", "127.0.0.1", "--n_ctx", "1024", "--n_threads", "1", "--n_threads_batch", "1",
            "--interrupt_requests", "false"]


def wait_until_ready(server, port):
    """The list of models is there as soon as the model is."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/models", timeout=5).read()
            return True
        except OSError:
            time.sleep(0.1)
    return False


def main():
    product, model = sys.argv[1:3]
    # Without this, SIGTERM would leave the server behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    port = free_port()
    server = subprocess.Popen(command(product, model, port), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    try:
        print(port if wait_until_ready(server, port) else 0, flush=True)
        sys.stdin.read()
    finally:
        server.kill()
        server.wait()


main()
