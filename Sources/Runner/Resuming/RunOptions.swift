import Jinja
import OrderedCollections

/// What the command line or the scheduler says of a run beside its inputs. It is kept with the run, for when it is gone on with.
package struct RunOptions: Sendable, Hashable {
    /// The model for steps that name none, before the workflow's and the configuration's own defaults.
    package var model: String?
    /// Folders outside the project that may be written to.
    package var writeRoots: [String] = []
    /// Whether items are done again though an earlier run has done them.
    package var isFresh = false
    /// What the run is for; `nil` where a shell began it.
    package var occasion: RunOccasion?

    package init(
        model: String? = nil, writeRoots: [String] = [], isFresh: Bool = false, occasion: RunOccasion? = nil
    ) {
        self.model = model
        self.writeRoots = writeRoots
        self.isFresh = isFresh
        self.occasion = occasion
    }

    /// Reads what ``json`` wrote; what cannot be read says nothing.
    package init(json: String?) {
        let value = json.flatMap { try? Value(json: $0) } ?? [:]
        model = value["model"]?.string
        writeRoots = value["write_roots"]?.list?.compactMap(\.string) ?? []
        isFresh = value["fresh"] == true
        occasion = RunOccasion(value["occasion"])
    }

    package var json: String {
        var fields: Mapping = [:]
        if let model { fields["model"] = .string(model) }
        if !writeRoots.isEmpty { fields["write_roots"] = .list(writeRoots.map { .string($0) }) }
        if isFresh { fields["fresh"] = true }
        if let occasion { fields["occasion"] = occasion.value }
        return Value.mapping(fields).json(.compact)
    }
}
