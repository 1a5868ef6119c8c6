import Runner

extension ProgressTree {
    /// The tree as lines of at most `width` columns.
    func lines(width: Int, at moment: Double, style: ProgressStyle) -> [String] {
        [style.bold(title.clipped(to: width))] + nodes.map { line(for: $0, width: width, moment, style) }
    }

    private func line(for node: Node, width: Int, _ moment: Double, _ style: ProgressStyle) -> String {
        let indent = String(
            repeating: "  ", count: node.event.depth + (node.event.isInsideItems && node.event.depth == 0 ? 1 : 0))
        let name = node.event.name ?? node.event.id
        let mark: String
        switch node.state {
        case .running: mark = style.accent("▸")
        case .finished(.done, _): mark = style.good("✓")
        case .finished(.reused, _): mark = style.faint("✓")
        case .finished(.skipped, _): mark = style.faint("–")
        case .finished(.failed, _): mark = style.bad("✗")
        case .finished(.interrupted, _): mark = style.bad("■")
        }
        let details = details(of: node, moment).joined(separator: "  ")
        let room = max(10, width - indent.count - 4)
        let text = "\(name.padded(to: 14)) \(node.event.kind.padded(to: 7)) \(details)".clipped(to: room)
        return "\(indent)\(mark) \(text)"
    }

    private func details(of node: Node, _ moment: Double) -> [String] {
        var parts: [String] = []
        if let items = node.items { parts += progress(of: items, node, moment) }
        if let remark = node.remark { parts.append(remark) }
        if case .running = node.state, let rate = node.tokensPerSecond {
            parts.append("\(Figures.rate(rate)) tokens/s")
        }
        if case .finished(let outcome, let seconds) = node.state {
            if case .failed(let message) = outcome { parts.append(message) }
            if outcome == .skipped { parts.append("skipped") }
            parts.append(outcome == .reused ? "done before" : Figures.duration(seconds))
        }
        return parts
    }

    private func progress(of items: Node.Items, _ node: Node, _ moment: Double) -> [String] {
        let failed = items.failed > 0 ? ", \(items.failed) failed" : ""
        guard case .running = node.state else {
            return ["\(Figures.count(items.finished, "item"))\(failed)"]
        }
        var parts = ["\(Self.bar(items.finished, of: items.total)) \(items.finished)/\(items.total)\(failed)"]
        let elapsed = moment - node.began
        guard items.finished > 0, elapsed > 0.5 else { return parts }
        let rate = Double(items.finished) / elapsed
        parts.append("\(Figures.rate(rate)) items/s")
        parts.append("\(Figures.duration(Double(items.total - items.finished) / rate)) left")
        return parts
    }

    /// A bar of twenty cells.
    static func bar(_ finished: Int, of total: Int) -> String {
        let filled = total == 0 ? 20 : finished * 20 / total
        return String(repeating: "█", count: filled) + String(repeating: "░", count: 20 - filled)
    }
}

/// Colours, where they are wanted.
struct ProgressStyle {
    var isColored: Bool

    func bold(_ text: String) -> String { paint(text, "1") }
    func faint(_ text: String) -> String { paint(text, "2") }
    func good(_ text: String) -> String { paint(text, "32") }
    func bad(_ text: String) -> String { paint(text, "31") }
    func accent(_ text: String) -> String { paint(text, "36") }

    private func paint(_ text: String, _ code: String) -> String {
        isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - displayWidth))
    }
}
