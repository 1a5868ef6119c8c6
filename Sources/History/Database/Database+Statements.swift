internal import GRDB

extension Database {
    /// One transaction, which other writers are waited for to begin.
    func committing<Value>(_ body: (Database) throws -> Value) throws -> Value {
        var value: Value?
        try inTransaction(.immediate) {
            value = try body(self)
            return .commit
        }
        guard let value else { throw HistoryError(.failed, "The history gave no answer.") }
        return value
    }

    /// Runs a statement that is compiled once per connection.
    func run(_ sql: String, _ arguments: StatementArguments) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }

    /// Adds one row and returns its number; `parent` says what it belongs to, which is looked up by the statement.
    func insert(_ sql: String, _ arguments: StatementArguments, parent: String) throws -> Int64 {
        try run(sql, arguments)
        guard changesCount == 1 else { throw missing(parent) }
        return lastInsertedRowID
    }

    /// Changes one row, which must be there.
    func update(_ sql: String, _ arguments: StatementArguments, row: String) throws {
        try run(sql, arguments)
        guard changesCount == 1 else { throw missing(row) }
    }

    /// Rows of a statement that is compiled once per connection.
    func rows(_ sql: String, _ arguments: StatementArguments) throws -> [Row] {
        try Row.fetchAll(cachedStatement(sql: sql), arguments: arguments)
    }
}

private func missing(_ row: String) -> HistoryError {
    HistoryError(.notFound, "The history has no \(row); it may have been pruned meanwhile.")
}
