import Dispatch
import Foundation
import Synchronization

/// Tells when something changes in folders: not what, which the folder itself shows.
final class FolderEvents: Sendable {
    /// What a folder is watched by.
    private struct Watch {
        /// How many want to know.
        var count: Int
        var handle: Handle
    }

    private final class Watches: Sendable {
        let all = Mutex<[String: Watch]>([:])
    }

    private let watches: Watches
    private let events: Events

    /// - Parameter changed: is called with a watched folder's path.
    init?(_ changed: @escaping @Sendable (String) -> Void) {
        let watches = Watches()
        let events = Events { folder, isGone in
            // One that is made anew under its name is another folder for the system.
            if isGone { watches.all.withLock { $0[folder] = nil } }
            changed(folder)
        }
        guard let events else { return nil }
        self.watches = watches
        self.events = events
    }

    /// Begins to watch a folder.
    ///
    /// - Parameter again: for one who wanted it before, when it was perhaps not there.
    /// - Returns: whether it is there and can be watched.
    @discardableResult
    func watch(_ folder: String, again: Bool = false) -> Bool {
        watches.all.withLock { watches in
            if watches[folder] != nil {
                if !again { watches[folder]?.count += 1 }
                return true
            }
            guard let handle = events.add(folder) else { return false }
            watches[folder] = Watch(count: 1, handle: handle)
            return true
        }
    }

    func unwatch(_ folder: String) {
        watches.all.withLock { watches in
            guard let watch = watches[folder] else { return }
            watches[folder]?.count -= 1
            guard watch.count == 1 else { return }
            watches[folder] = nil
            events.remove(watch.handle)
        }
    }
}

#if os(Linux)
    private typealias Handle = Int32

    /// Linux's inotify, of which Foundation knows nothing.
    /// `@unchecked Sendable`: the source is not touched but at the end.
    private final class Events: @unchecked Sendable {
        private let descriptor: Int32
        private let folders: FolderNames
        private let source: any DispatchSourceRead

        /// The folders by the system's numbers for them.
        private final class FolderNames: Sendable {
            let names = Mutex<[Int32: String]>([:])
        }

        /// - Parameter changed: is called with a folder's path, and whether it is not there any more.
        init?(_ changed: @escaping @Sendable (String, Bool) -> Void) {
            let descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
            guard descriptor >= 0 else { return nil }
            let folders = FolderNames()
            self.descriptor = descriptor
            self.folders = folders
            source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: .global())
            source.setEventHandler {
                for (number, isGone) in Self.read(descriptor) {
                    let known = folders.names.withLock { names in
                        // Where events were lost, every folder may have changed.
                        number < 0 ? Array(names.values) : names[number].map { [$0] } ?? []
                    }
                    if isGone { folders.names.withLock { $0[number] = nil } }
                    for folder in known { changed(folder, isGone) }
                }
            }
            source.setCancelHandler { close(descriptor) }
            source.resume()
        }

        deinit { source.cancel() }

        func add(_ folder: String) -> Int32? {
            let mask =
                UInt32(IN_CREATE) | UInt32(IN_CLOSE_WRITE) | UInt32(IN_MODIFY) | UInt32(IN_MOVED_TO)
                | UInt32(IN_MOVED_FROM) | UInt32(IN_DELETE) | UInt32(IN_DELETE_SELF) | UInt32(IN_MOVE_SELF)
                | UInt32(IN_ATTRIB)
            let number = inotify_add_watch(descriptor, folder, mask)
            guard number >= 0 else { return nil }
            folders.names.withLock { $0[number] = folder }
            return number
        }

        func remove(_ number: Int32) {
            inotify_rm_watch(descriptor, number)
            folders.names.withLock { $0[number] = nil }
        }

        /// The numbers of the folders in which something has happened, -1 where the system has lost some, and whether they
        /// are gone.
        private static func read(_ descriptor: Int32) -> [Int32: Bool] {
            var numbers: [Int32: Bool] = [:]
            let size = 64 << 10
            let buffer = UnsafeMutableRawPointer.allocate(
                byteCount: size, alignment: MemoryLayout<inotify_event>.alignment)
            defer { buffer.deallocate() }
            while true {
                let count = Foundation.read(descriptor, buffer, size)
                guard count > 0 else { return numbers }
                var offset = 0
                while offset + MemoryLayout<inotify_event>.size <= count {
                    let event = (buffer + offset).load(as: inotify_event.self)
                    let number = event.mask & UInt32(IN_Q_OVERFLOW) != 0 ? -1 : event.wd
                    numbers[number, default: false] = numbers[number] == true || event.mask & UInt32(IN_IGNORED) != 0
                    offset += MemoryLayout<inotify_event>.size + Int(event.len)
                }
            }
        }
    }
#else
    private final class Handle: Sendable {
        let source: any DispatchSourceFileSystemObject

        init(_ source: any DispatchSourceFileSystemObject) { self.source = source }
    }

    private final class Events: Sendable {
        private let changed: @Sendable (String, Bool) -> Void

        init?(_ changed: @escaping @Sendable (String, Bool) -> Void) { self.changed = changed }

        func add(_ folder: String) -> Handle? {
            let descriptor = open(folder, O_EVTONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return nil }
            let source = DispatchSource.makeFileSystemObjectSource(
                fileDescriptor: descriptor, eventMask: [.write, .extend, .attrib, .delete, .rename], queue: .global())
            let changed = changed
            source.setEventHandler { changed(folder, !source.data.isDisjoint(with: [.delete, .rename])) }
            source.setCancelHandler { close(descriptor) }
            source.resume()
            return Handle(source)
        }

        func remove(_ handle: Handle) { handle.source.cancel() }
    }
#endif
