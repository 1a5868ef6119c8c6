import Foundation
import Inference

/// A model named on the command line.
enum ModelArgument {
    /// The same name; but a path counts from the shell's folder, not from the project's.
    static func absolute(_ name: String) -> String {
        guard case .file(let path)? = try? ModelReference(name), !path.hasPrefix("/"), !path.hasPrefix("~") else {
            return name
        }
        return URL(filePath: path).standardizedFileURL.path
    }
}
