extension String {
    /// A step's path without the numbers of items, the same for all items of a loop: `triage[].label` for
    /// `triage[3].label`.
    package var withoutItemNumbers: String { replacing(/\[\d+\]/, with: "[]") }
}
