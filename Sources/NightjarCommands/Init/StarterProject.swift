import Jinja
import Workflow

/// The files of a first project.
struct StarterProject {
    struct File {
        var path: String
        var text: String
    }

    /// The model that the project uses; `nil` where none is here yet.
    let model: String?
    /// The servers that were found on this machine.
    var servers: [Discovery.Found] = []

    /// The model here, else the first one of a server.
    var usedModel: String? {
        model ?? named.lazy.compactMap { name, server in server.models.first.map { "\(name)/\($0)" } }.first
    }

    /// The servers by the names that they get.
    private var named: [(name: String, server: Discovery.Found)] {
        servers.enumerated().map { index, server in
            let name = server.kind == .ollama ? "ollama" : "server"
            return (servers[..<index].contains { $0.kind == server.kind } ? "\(name)\(index + 1)" : name, server)
        }
    }

    var files: [File] {
        [
            File(path: "nightjar.yaml", text: configuration),
            File(path: "workflows/status.yaml", text: Self.workflow),
            File(path: "notes/monday.txt", text: Self.notes),
            File(path: "schema/workflow.schema.json", text: EditorSchema.value.json(.pretty(indent: 2)) + "\n"),
        ]
    }

    private var configuration: String {
        """
        # What holds for all workflows of this project.
        default_model: \(usedModel ?? "local/NAME   # the name of a file in the folder models, without .gguf")
        \(engines)
        """
    }

    /// The servers that were found, as engines.
    private var engines: String {
        guard !named.isEmpty else { return "" }
        let entries = named.map { name, server in
            "  \(name): { kind: \(server.kind.rawValue), url: \(server.url) }   # \(server.product)\n"
        }
        return "engines:\n" + entries.joined()
    }

    private static let notes = """
        - orders: 184
        - open tickets: 7
        - region: North

        """

    private static let workflow = """
        # yaml-language-server: $schema=../schema/workflow.schema.json
        version: 1
        name: status
        description: Write a status paragraph for every file of notes.
        inputs:
          notes: { type: path, default: notes, description: The folder with the notes. }
        steps:
          - id: files
            list: ${{ inputs.notes }}/*.txt
          - id: reports
            foreach: ${{ steps.files.files }}
            steps:
              - id: facts
                read: ${{ item.path }}
              - id: report
                prompt:
                  system: You write short status reports.
                  user: ${{ steps.facts.text }}
                  temperature: 0
          - id: page
            write:
              path: out/status.md
              text: |
                # Status of ${{ run.date }}
                {% for item in steps.reports.items %}
                ${{ item.report.text }}
                {% endfor %}
        outputs:
          page: ${{ steps.page.path }}

        """
}
