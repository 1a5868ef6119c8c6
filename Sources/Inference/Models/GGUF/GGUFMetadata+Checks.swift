extension GGUFMetadata {
    /// Longer names are refused by libllama.
    private static let longestTensorName = 63

    /// Checks that the tensors lie inside the file, one after another and without holes, as libllama expects them.
    func checkLayout(path: String, alignment: Int) throws(EngineError) {
        var names: Set<String> = []
        var expected = 0
        for tensor in tensors {
            guard tensor.name.utf8.count <= Self.longestTensorName, names.insert(tensor.name).inserted else {
                throw GGUFReader.damaged(
                    path, "is damaged: a tensor's name, \(GGUFReader.quoted(tensor.name)), is too long or there twice.")
            }
            guard tensor.offset == expected else {
                throw GGUFReader.damaged(
                    path,
                    "is damaged: the tensor \(GGUFReader.quoted(tensor.name)) lies at byte \(tensor.offset) of the "
                        + "data instead of \(expected).")
            }
            let (end, overflows) = expected.addingReportingOverflow(tensor.bytes)
            guard !overflows, end < Int.max / 2 else {
                throw GGUFReader.damaged(
                    path, "is damaged: the tensor \(GGUFReader.quoted(tensor.name)) is impossibly large.")
            }
            expected = (end + alignment - 1) / alignment * alignment
        }
        let needed = tensors.last.map { dataStart + $0.offset + $0.bytes } ?? dataStart
        guard needed <= fileSize || tensors.isEmpty else {
            throw GGUFReader.damaged(
                path,
                "ends after \(fileSize) of \(needed) bytes; it was probably not downloaded completely: fetch it "
                    + "again.")
        }
    }
}
