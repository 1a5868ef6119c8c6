import Testing

@testable import Workflow

@Suite struct ConfigurationTests {
    @Test func aModelIsANameWithItsSettings() throws {
        let configuration = try configuration(
            """
            default_model: writer
            models:
              writer: { model: local/fledgling, temperature: 0.8, system: You write plainly., context: 2048 }
              plain: local/fledgling
            write_roots: [~/reports]
            """)
        #expect(configuration.defaultModels == ["writer"])
        #expect(configuration.models.map(\.key) == ["writer", "plain"])
        #expect(configuration.models[0].value.temperature == 0.8)
        #expect(configuration.models[0].value.system == "You write plainly.")
        #expect(configuration.models[0].value.context == 2048)
        #expect(configuration.models[1].value.model == "local/fledgling")
        #expect(configuration.writeRoots == ["~/reports"])
    }

    @Test func theProjectsConfigurationWinsOverTheUsers() throws {
        let project = try configuration("models: { writer: local/own }\nwrite_roots: [a]")
        let user = try configuration(
            "default_model: reader\nmodels: { writer: local/other, reader: local/reader }\nwrite_roots: [b]")
        let merged = project.over(user)
        #expect(merged.defaultModels == ["reader"])
        #expect(merged.models.map(\.value.model) == ["local/own", "local/reader"])
        #expect(merged.writeRoots == ["a", "b"])
        #expect(try configuration("default_model: own").over(user).defaultModels == ["own"])
    }

    @Test(arguments: ["", "# nothing yet\n", "---\n", "{}"])
    func aConfigurationThatSaysNothingIsNoMistake(text: String) throws {
        let configuration = try configuration(text)
        #expect(configuration.defaultModels.isEmpty)
        #expect(configuration.models.isEmpty)
    }

    @Test(arguments: [
        MistakeCase("a misspelt key", "▸defualt_model: a", ("has no key `defualt_model`", "default_model")),
        MistakeCase(
            "a misspelt setting", "models:\n  a: { model: b/c, ▸temprature: 1 }", ("no key `temprature`", "temperature")
        ),
        MistakeCase("no model", "models:\n  a: ▸{ temperature: 1 }", ("`a` needs the key `model`", nil)),
        MistakeCase("a list", "▸- a", ("takes a mapping, not a list", nil)),
        MistakeCase(
            "two", "default_model: ▸{}\nwrite_roots: ▸a", ("takes text", nil), ("takes a list of folders", nil)),
    ])
    func aMistakeIsNamedAtItsPlace(mistake: MistakeCase) {
        do throws(Diagnostics) {
            _ = try Configuration(mistake.source)
            Issue.record("the mistake was not found")
        } catch {
            mistake.check(error.all)
        }
    }

    private func configuration(_ text: String) throws -> Configuration {
        try Configuration(SourceText(file: "nightjar.yaml", text: text))
    }
}
