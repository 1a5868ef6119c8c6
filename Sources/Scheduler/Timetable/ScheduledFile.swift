package import History

/// A workflow file with the schedules that the record has of it.
package struct ScheduledFile: Sendable {
    package var path: String
    package var schedules: [ScheduleRecord]
    /// Of whose workflows only so many run at once.
    package var group: String?
    /// Whether the file has mistakes, so that all but its schedules stays as it was.
    package var isBroken: Bool

    package init(path: String, schedules: [ScheduleRecord], group: String? = nil, isBroken: Bool = false) {
        self.path = path
        self.schedules = schedules
        self.group = group
        self.isBroken = isBroken
    }
}
