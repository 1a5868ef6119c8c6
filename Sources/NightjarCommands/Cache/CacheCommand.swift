import ArgumentParser

/// `nightjar cache`: the answers that are kept of model calls.
struct CacheCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache", abstract: "Look into the cache of model answers, or clear it.",
        subcommands: [CacheShowCommand.self, CacheClearCommand.self], defaultSubcommand: CacheShowCommand.self)
}
