import Foundation

/// A queue between threads: anyone puts in, one thread waits for it and takes out, first in first out.
///
/// `@unchecked Sendable`: all that can change is touched only while `condition` is held.
final class Mailbox<Element: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private var elements: [Element] = []
    private var isClosed = false

    /// Puts an element at the end; `false` if the mailbox is closed.
    func put(_ element: Element) -> Bool {
        condition.withLock {
            guard !isClosed else { return false }
            elements.append(element)
            condition.signal()
            return true
        }
    }

    /// Takes the first element and waits for it if there is none; `nil` once the mailbox is closed and empty.
    func take() -> Element? {
        condition.withLock {
            while elements.isEmpty, !isClosed { condition.wait() }
            return elements.isEmpty ? nil : elements.removeFirst()
        }
    }

    /// Takes the first element and waits for it as long as this at most; if none comes, the mailbox is closed.
    func takeOrClose(after wait: Duration) -> Element? {
        condition.withLock {
            let end = Date(timeIntervalSinceNow: wait / .seconds(1))
            while elements.isEmpty, !isClosed {
                guard condition.wait(until: end) else {
                    isClosed = true
                    break
                }
            }
            return elements.isEmpty ? nil : elements.removeFirst()
        }
    }

    /// Takes the first element if there is one.
    func takeIfPresent() -> Element? {
        condition.withLock { elements.isEmpty ? nil : elements.removeFirst() }
    }

    /// Takes all elements that fulfil a condition, in order.
    func takeAll(where isWanted: (Element) -> Bool = { _ in true }) -> [Element] {
        condition.withLock {
            let taken = elements.filter(isWanted)
            elements.removeAll(where: isWanted)
            return taken
        }
    }

    /// What is in it now.
    var contents: [Element] { condition.withLock { elements } }

    /// Takes no more elements; those in it are still there to be taken.
    func close() {
        condition.withLock {
            isClosed = true
            condition.broadcast()
        }
    }
}
