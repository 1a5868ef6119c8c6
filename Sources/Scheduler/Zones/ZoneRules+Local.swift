extension ZoneRules {
    /// When the clock shows a time: the first time where it does so twice, the end of the gap where it never does.
    ///
    /// - Parameter local: what it shows, in seconds since it showed midnight of 1 January 1970.
    package func instant(ofLocal local: Int) -> Int {
        let before = offset(at: local - 86_400)
        let after = offset(at: local + 86_400)
        guard before != after else { return local - before }
        let candidates = [local - before, local - after].filter { $0 + offset(at: $0) == local }
        return candidates.min() ?? change(from: local - max(before, after), to: local - min(before, after))
    }

    /// So far on, but not over a change of the clock: what it shows from then on is to be looked at anew.
    func step(from instant: Int, by seconds: Int) -> Int {
        let offset = offset(at: instant)
        guard self.offset(at: instant + seconds) != offset else { return instant + seconds }
        return change(from: instant, to: instant + seconds)
    }

    /// The first minute of the new offset between two moments of different ones.
    private func change(from first: Int, to last: Int) -> Int {
        let old = offset(at: first)
        var (low, high) = (first, last)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if offset(at: middle) == old { low = middle } else { high = middle }
        }
        return high + (60 - (high + offset(at: high)).remainder(of: 60)).remainder(of: 60)
    }
}

extension Int {
    /// Rounded down, also below zero.
    func dividing(by divisor: Int) -> Int { (self - remainder(of: divisor)) / divisor }

    /// At least zero.
    func remainder(of divisor: Int) -> Int { (self % divisor + divisor) % divisor }
}
