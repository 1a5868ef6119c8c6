#if os(Linux) && canImport(Glibc)
    internal import CLinux
#endif

/// Memory that was used once and is not any more.
package enum FreeMemory {
    /// Keeps it in one place for all threads. Of a place for each, most would be kept: there is nearly always something on
    /// a page that is in use. To be called before there are many threads.
    package static func keepTogether() {
        #if os(Linux) && canImport(Glibc)
            mallopt(M_ARENA_MAX, 1)
        #endif
    }

    /// Has blocks over 256 KB given back to the system as soon as they are let go of. By itself, glibc takes larger and larger
    /// ones from its heap, once some were let go of, where what lies behind keeps them: a list that grows then takes three
    /// times its size. To be called at the beginning of the process.
    package static func returnLargeBlocks() {
        #if os(Linux) && canImport(Glibc)
            mallopt(M_MMAP_THRESHOLD, 256 << 10)
        #endif
    }

    /// Gives it back to the system. The C library keeps it otherwise, and a daemon that has read its files needs it no more.
    static func giveBack() {
        #if os(Linux) && canImport(Glibc)
            malloc_trim(0)
        #endif
    }
}
