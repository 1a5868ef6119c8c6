#if os(Linux) && canImport(Glibc)
    internal import CLinux
#endif

/// Memory that was used once and is not any more.
enum FreeMemory {
    /// Gives it back to the system. The C library keeps it otherwise, and a daemon that has read its files needs it no more.
    static func giveBack() {
        #if os(Linux) && canImport(Glibc)
            malloc_trim(0)
        #endif
    }
}
