extension GGUFMetadata {
    /// Whether layers of it remember a state of what was read instead of its tokens (Mamba, RWKV and their like).
    package var hasStateCache: Bool {
        ["ssm.state_size", "wkv.head_size", "shortconv.l_cache"].contains { (hyperparameter($0) ?? 0) > 0 }
    }

    /// The arrays that ``checkForLlama(path:)`` looks into.
    package static let vocabularyArrays: Set<String> = ["tokenizer.ggml.tokens"]

    /// Checks what libllama does not check itself and then does not survive, as found by trying damaged files.
    /// Needs ``vocabularyArrays`` to have been read.
    package func checkForLlama(path: String) throws(EngineError) {
        for (key, value) in values where key.hasSuffix("_epsilon") {
            guard case .float(let number) = value, !(number >= 0 && number.isFinite) else { continue }
            throw GGUFReader.damaged(path, "is damaged: \(GGUFReader.quoted(key)) is \(number), not 0 or more.")
        }
        if let why = ollamaVariation {
            throw EngineError(
                .modelUnsupported,
                "\(path) is in a form of GGUF that only Ollama reads: \(why). Ask it through Ollama, with an engine of kind "
                    + "`ollama`, or fetch the model from Hugging Face: `nightjar models pull hf:ORG/REPO`.")
        }
        if let problem = layerProblem ?? expertProblem {
            throw GGUFReader.damaged(path, "is damaged, or made for another program: \(problem).")
        }
        guard let tokens = values["tokenizer.ggml.tokens"]?.array?.texts else { return }
        try checkTokens(tokens, path: path)
    }

    /// Ollama writes some models in its own way, which stock libllama does not load.
    private var ollamaVariation: String? {
        if let architecture, ["gptoss", "mllama", "qwen25vl", "glmocr"].contains(architecture) {
            return "its kind `\(architecture)` is Ollama's"
        }
        let isForPictures = { (tensor: GGUFTensor) in tensor.name.hasPrefix("v.") || tensor.name.hasPrefix("mm.") }
        if tensors.contains(where: isForPictures), tensors.contains(where: { $0.name.hasPrefix("blk.") }) {
            return "what sees pictures is in one file with the rest"
        }
        return nil
    }

    private var layerProblem: String? {
        if let blocks = blockCount {
            guard (1...512).contains(blocks) else { return "it claims to have \(blocks) layers" }
            if let extra = hyperparameter("nextn_predict_layers"), extra > blocks {
                return "\(extra) of its \(blocks) layers are said to look ahead"
            }
        }
        if let scaling = architecture.flatMap({ values["\($0).rope.scaling.type"] })?.string,
            !["none", "linear", "yarn", "longrope"].contains(scaling)
        {
            return "its rope.scaling.type \(GGUFReader.quoted(scaling)) is not known"
        }
        return nil
    }

    private var expertProblem: String? {
        // Hunyuan's files may count one expert where there are none; libllama knows that.
        guard let architecture, !architecture.hasPrefix("hunyuan") else { return nil }
        // A count per layer is an array, and left to libllama.
        let perLayer = values["\(architecture).expert_used_count"]?.array != nil
        let experts = hyperparameter("expert_count") ?? 0
        let used = hyperparameter("expert_used_count") ?? 0
        let groups = hyperparameter("expert_group_count") ?? 0
        let usedGroups = hyperparameter("expert_group_used_count") ?? 0
        guard (0...1024).contains(experts) else { return "it claims to have \(experts) experts" }
        guard perLayer || (used <= experts && (used > 0) == (experts > 0)) else {
            return "it is said to use \(used) of \(experts) experts"
        }
        guard groups == 0 || groups < experts,
            groups <= 1 || (experts % groups == 0 && usedGroups > 0 && usedGroups < groups)
        else { return "its \(experts) experts are said to be in \(groups) groups, \(usedGroups) of them used" }
        return nil
    }

    private func checkTokens(_ tokens: [[UInt8]], path: String) throws(EngineError) {
        var seen: Set<[UInt8]> = []
        for (index, token) in tokens.enumerated() {
            // libllama takes tokens for C strings, which end at a zero, and names empty ones itself.
            var known = Array(token.prefix { $0 != 0 })
            if known.isEmpty { known = Array("[EMPTY_\(index)]".utf8) }
            guard seen.insert(known).inserted else {
                let text = GGUFReader.quoted(String(decoding: token, as: UTF8.self))
                throw GGUFReader.damaged(
                    path, "is damaged: its vocabulary has \(text) twice, the second time as token \(index).")
            }
        }
        // A SentencePiece vocabulary writes what it has no token for as bytes; without them libllama gives up.
        guard tokenizer == "llama" else { return }
        for byte in UInt8.min ... .max {
            let digits = String(byte, radix: 16, uppercase: true)
            let name = "<0x\(digits.count == 1 ? "0" : "")\(digits)>"
            guard seen.contains(Array(name.utf8)) || seen.contains([byte]) else {
                throw EngineError(
                    .modelUnsupported,
                    "\(path) cannot be used: its vocabulary has no token for the byte \(byte), so not every text can "
                        + "be given to it.")
            }
        }
    }

    /// Forgets the values of arrays, which can be large; their counts stay.
    package mutating func dropArrays() {
        for (key, value) in values {
            guard case .array(var array) = value else { continue }
            array.values = nil
            array.texts = nil
            values[key] = .array(array)
        }
    }
}
