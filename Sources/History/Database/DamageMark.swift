#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A file beside the record by which a process that met damage tells the next one to look for it.
struct DamageMark: Sendable {
    private let path: String

    init(of file: DatabaseFile) {
        path = file.path + ".suspect"
    }

    var isThere: Bool { access(path, F_OK) == 0 }

    func set() {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor >= 0 { close(descriptor) }
    }

    func remove() {
        unlink(path)
    }
}
