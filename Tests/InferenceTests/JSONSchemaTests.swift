import Inference
import Jinja
import Testing

struct JSONSchemaTests {
    /// A schema with values that fit it and values that do not, all of them JSON.
    struct Case: Sendable, CustomTestStringConvertible {
        let schema: String
        let fits: [String]
        let fails: [String]

        init(_ schema: String, fits: [String] = [], fails: [String] = []) {
            self.schema = schema
            self.fits = fits
            self.fails = fails
        }

        var testDescription: String { schema }
    }

    static let values: [Case] = [
        Case("true", fits: ["1", "null"]),
        Case("false", fails: ["1", "null"]),
        Case("{}", fits: ["1", "{}"]),
        Case(#"{"type":"string"}"#, fits: [#""""#], fails: ["1", "null", "[]"]),
        Case(#"{"type":"integer"}"#, fits: ["3", "3.0", "-0.0", "1e30"], fails: ["3.5", #""3""#, "true"]),
        Case(#"{"type":"number"}"#, fits: ["3", "3.5"], fails: ["false", "null"]),
        Case(#"{"type":["null","object"]}"#, fits: ["null", "{}"], fails: ["[]", "0"]),
        Case(#"{"type":"array"}"#, fits: ["[]"], fails: ["{}"]),
        Case(#"{"type":"boolean"}"#, fits: ["true"], fails: ["0", #""true""#]),
        Case(#"{"const":1}"#, fits: ["1", "1.0"], fails: ["true", #""1""#]),
        Case(#"{"const":{"a":[1],"b":2}}"#, fits: [#"{"b":2.0,"a":[1.0]}"#], fails: [#"{"a":[1]}"#]),
        Case(#"{"const":"é"}"#, fits: [#""é""#], fails: [#""e\u0301""#]),
        Case(#"{"enum":["a",null,[0]]}"#, fits: [#""a""#, "null", "[0]"], fails: ["[false]", #""b""#]),
        Case(#"{"minimum":1.5}"#, fits: ["1.5", "2", #""x""#], fails: ["1", "1.4999"]),
        Case(#"{"maximum":3}"#, fits: ["3", "3.0", "-5"], fails: ["3.0000001", "4"]),
        Case(#"{"exclusiveMinimum":0,"exclusiveMaximum":1}"#, fits: ["0.5"], fails: ["0", "1", "1.0"]),
        Case(
            #"{"maximum":9007199254740992}"#, fits: ["9007199254740992"], fails: ["9007199254740993", "1e300"]),
        Case(#"{"multipleOf":0.1}"#, fits: ["0.3", "1", "1e20", "0"], fails: ["0.35", "1e-3"]),
        Case(#"{"multipleOf":3}"#, fits: ["9", "-9", "9.0"], fails: ["10", "9.5"]),
        Case(#"{"multipleOf":1e-7}"#, fits: ["123456789.1234567"], fails: ["0.00000005"]),
        Case(#"{"minLength":2,"maxLength":3}"#, fits: [#""ab""#, #""🙂🙂🙂""#, "1"], fails: [#""a""#, #""e\u0301xy""#]),
        Case(#"{"pattern":"b+"}"#, fits: [#""abbc""#, "5"], fails: [#""ac""#]),
        Case(#"{"pattern":"^\\d{2}$"}"#, fits: [#""12""#], fails: [#""١٢""#, #""12\n""#, #""123""#]),
        Case(#"{"pattern":"^[\\w\\[&]+$"}"#, fits: [#""a_9[&""#], fails: [#""é""#, #""a b""#]),
        Case(#"{"pattern":"^\\S[^\\s]$"}"#, fits: [#""ab""#], fails: [#""a\u00a0""#]),
        Case(#"{"pattern":"^\\p{Lu}"}"#, fits: [#""Éa""#], fails: [#""éa""#]),
        Case(#"{"format":"date","contentEncoding":"base64","x-note":1}"#, fits: [#""no date""#]),
    ]

    static let containers: [Case] = [
        Case(#"{"minItems":1,"maxItems":2}"#, fits: ["[1]", "{}"], fails: ["[]", "[1,2,3]"]),
        Case(
            #"{"uniqueItems":true}"#, fits: ["[1,true,[1],[true]]"],
            fails: ["[1,2,1.0]", #"[{"a":1,"b":2},{"b":2,"a":1}]"#]),
        Case(#"{"items":{"type":"null"}}"#, fits: ["[]", "[null]", "3"], fails: ["[null,1]"]),
        Case(
            #"{"prefixItems":[{"type":"null"},true],"items":false}"#, fits: ["[]", "[null,1]"],
            fails: ["[1]", "[null,1,2]"]),
        Case(#"{"contains":{"const":1}}"#, fits: ["[0,1]"], fails: ["[]", "[0]"]),
        Case(
            #"{"contains":{"const":1},"minContains":2,"maxContains":3}"#, fits: ["[1,0,1]"],
            fails: ["[1]", "[1,1,1,1]"]),
        Case(#"{"contains":false,"minContains":0}"#, fits: ["[]", "[1]"]),
        Case(#"{"minContains":5}"#, fits: ["[]"]),
        Case(#"{"prefixItems":[true],"unevaluatedItems":false}"#, fits: ["[1]"], fails: ["[1,2]"]),
        Case(
            #"{"contains":{"type":"string"},"unevaluatedItems":{"const":0}}"#, fits: [#"[0,"a",0]"#],
            fails: [#"["a",1]"#]),
        Case(
            #"{"anyOf":[{"prefixItems":[{"const":1}]},{"prefixItems":[true,{"const":2}]}],"unevaluatedItems":false}"#,
            fits: ["[1]", "[1,2]", "[5,2]"], fails: ["[1,3]"]),
        Case(#"{"required":["a","b"]}"#, fits: [#"{"a":1,"b":null}"#, "[]"], fails: [#"{"a":1}"#]),
        Case(
            #"{"properties":{"a":{"type":"string"},"b":false}}"#, fits: ["{}", #"{"a":"","c":1}"#],
            fails: [#"{"a":1}"#, #"{"b":1}"#]),
        Case(
            #"{"properties":{"a":{}},"patternProperties":{"^x-":{"type":"null"}},"additionalProperties":false}"#,
            fits: [#"{"a":1,"x-b":null}"#], fails: [#"{"b":1}"#, #"{"x-b":1}"#]),
        Case(#"{"additionalProperties":{"type":"integer"}}"#, fits: [#"{"a":1}"#], fails: [#"{"a":"1"}"#]),
        Case(#"{"propertyNames":{"maxLength":2}}"#, fits: [#"{"ab":1}"#], fails: [#"{"abc":1}"#]),
        Case(#"{"minProperties":1,"maxProperties":1}"#, fits: [#"{"a":1}"#], fails: ["{}", #"{"a":1,"b":2}"#]),
        Case(#"{"dependentRequired":{"a":["b"]}}"#, fits: [#"{"b":1}"#, #"{"a":1,"b":1}"#], fails: [#"{"a":1}"#]),
        Case(
            #"{"dependentSchemas":{"a":{"minProperties":2}}}"#, fits: ["{}", #"{"a":1,"b":2}"#], fails: [#"{"a":1}"#]),
        Case(
            #"{"allOf":[{"properties":{"a":true}}],"properties":{"b":true},"unevaluatedProperties":false}"#,
            fits: [#"{"a":1,"b":2}"#], fails: [#"{"c":1}"#]),
        Case(
            #"{"if":{"properties":{"a":{"const":1}},"required":["a"]},"then":{"properties":{"b":{}}},"unevaluatedProperties":false}"#,
            fits: [#"{"a":1,"b":2}"#, "{}"], fails: [#"{"a":2}"#, #"{"b":2}"#]),
        Case(#"{"not":{"properties":{"a":true}},"unevaluatedProperties":false}"#, fails: [#"{"a":1}"#]),
        Case(
            #"{"dependentSchemas":{"a":{"properties":{"a":{},"b":{}}}},"unevaluatedProperties":false}"#,
            fits: [#"{"a":1,"b":1}"#], fails: [#"{"b":1}"#]),
    ]

    static let combinations: [Case] = [
        Case(#"{"allOf":[{"minimum":1},{"maximum":2}]}"#, fits: ["1"], fails: ["0", "3"]),
        Case(#"{"anyOf":[{"type":"string"},{"minimum":5}]}"#, fits: [#""a""#, "5"], fails: ["4"]),
        Case(#"{"oneOf":[{"multipleOf":2},{"multipleOf":3}]}"#, fits: ["2", "3"], fails: ["1", "6"]),
        Case(#"{"not":{"type":"null"}}"#, fits: ["1"], fails: ["null"]),
        Case(
            #"{"if":{"type":"string"},"then":{"minLength":1},"else":{"const":0}}"#, fits: [#""a""#, "0"],
            fails: [#""""#, "1"]),
        Case(#"{"then":false,"else":false}"#, fits: ["1"]),
        Case(
            ##"{"$ref":"#/$defs/a","minimum":2,"$defs":{"a":{"type":"integer"}}}"##, fits: ["2"], fails: ["1", "2.5"]),
        Case(
            ##"{"properties":{"a":{"$ref":"#/definitions/x~1y%25"}},"definitions":{"x/y%":{"const":1}}}"##,
            fits: [#"{"a":1}"#], fails: [#"{"a":2}"#]),
        Case(##"{"$ref":"#/x-shared/0","x-shared":[{"$ref":"#/x-shared/1"},{"const":1}]}"##, fits: ["1"], fails: ["2"]),
        Case(
            ##"{"items":{"$ref":"#n"},"$defs":{"a":{"$anchor":"n","type":"null"}}}"##, fits: ["[null]"], fails: ["[1]"]),
        Case(##"{"type":"array","items":{"$ref":"#"}}"##, fits: ["[[],[[]]]"], fails: ["[[1]]"]),
        Case(
            ##"{"$id":"https://nightjar.test/a/b","$ref":"c#/$defs/d","$defs":{"x":{"$id":"c","$defs":{"d":{"const":1}}}}}"##,
            fits: ["1"], fails: ["2"]),
        Case(
            ##"{"$id":"urn:a","$ref":"urn:b","$defs":{"b":{"$id":"urn:b","items":{"$ref":"#/$defs/c"},"$defs":{"c":{"const":1}}}}}"##,
            fits: ["[1]"], fails: ["[2]"]),
        Case(
            ##"{"$id":"strict","$dynamicAnchor":"node","$ref":"tree","unevaluatedProperties":false,"$defs":{"t":{"##
                + ##""$id":"tree","$dynamicAnchor":"node","properties":{"next":{"$dynamicRef":"#node"}}}}}"##,
            fits: [#"{"next":{"next":{}}}"#], fails: [#"{"next":{"other":1}}"#]),
    ]

    @Test(arguments: values + containers + combinations)
    func `a value fits a schema or does not`(_ example: Case) throws {
        let schema = try JSONSchema(Value(json: example.schema))
        for value in example.fits {
            #expect(schema.violations(of: try Value(json: value)).map(\.message) == [], "\(value)")
        }
        for value in example.fails { #expect(!schema.violations(of: try Value(json: value)).isEmpty, "\(value)") }
    }

    @Test func `a value is checked as deep as a schema goes, and no deeper than the stack allows`() throws {
        let schema = try JSONSchema(Value(json: ##"{"properties":{"next":{"$ref":"#"}},"type":"object"}"##))
        func chain(_ length: Int) throws -> Value {
            try Value(
                json: String(repeating: #"{"next":"#, count: length) + "1" + String(repeating: "}", count: length))
        }
        #expect(schema.violations(of: try chain(20)).first?.message == "must be an object, not the number 1")
        #expect(schema.violations(of: try chain(120)).first?.message == "is nested too deeply to be checked")
        #expect(schema.violations(of: try chain(400)).first?.message == "is nested deeper than 128 levels")
    }

    @Test func `a dynamic reference to its own place ends`() throws {
        let schema = try JSONSchema(Value(json: ##"{"$dynamicAnchor":"x","$dynamicRef":"#x"}"##))
        #expect(schema.violations(of: 1).map(\.message) == ["is nested too deeply to be checked"])
    }

    @Test func `a pattern that would take for ever ends`() throws {
        let schema = try JSONSchema(["pattern": "(x+x+)+y"])
        #expect(!schema.violations(of: .string(String(repeating: "x", count: 5000))).isEmpty)
    }
}
