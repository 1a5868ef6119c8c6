import Foundation
import Workflow

/// A secret of the configuration: an environment variable, or a file that only its owner may read.
struct Secret {
    /// Why a secret cannot be had: a sentence.
    struct Failure: Error {
        var message: String
    }

    private let name: String
    private let source: SecretDeclaration
    private let environment: [String: String]

    init(
        _ name: String, _ source: SecretDeclaration, environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        self.name = name
        self.source = source
        self.environment = environment
    }

    func value() throws(Failure) -> String {
        let text: String
        if let variable = source.environment {
            guard let found = environment[variable], !found.isEmpty else {
                throw Failure(message: "The secret `\(name)` is not there: set the environment variable \(variable).")
            }
            text = found
        } else {
            text = try content(of: HomeFolder.expand(source.file ?? "", environment))
        }
        let value = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !value.isEmpty, value.unicodeScalars.allSatisfy({ (0x21...0x7E).contains($0.value) }) else {
            throw Failure(
                message: "The secret `\(name)` is empty, or holds blanks or signs that no token has.")
        }
        return value
    }

    private func content(of path: String) throws(Failure) -> String {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue,
            let data = FileManager.default.contents(atPath: path)
        else { throw Failure(message: "The secret `\(name)` is not there: \(path) cannot be read.") }
        guard mode & 0o077 == 0 else {
            throw Failure(
                message: "The secret `\(name)` is not safe: others may read \(path); run `chmod 600 \(path)`.")
        }
        return String(decoding: data, as: UTF8.self)
    }
}
