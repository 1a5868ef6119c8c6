import Inference
import Jinja
import Testing

struct JSONSchemaMessageTests {
    /// A schema, a value and what is said of it: each line a path, a colon and a message.
    struct Case: Sendable, CustomTestStringConvertible {
        let schema: String
        let value: String
        let lines: [String]

        init(_ schema: String, _ value: String, _ lines: String...) {
            self.schema = schema
            self.value = value
            self.lines = lines
        }

        var testDescription: String { "\(schema) \(value)" }
    }

    static let cases: [Case] = [
        Case(#"{"type":"string"}"#, "5", ": must be a string, not the number 5"),
        Case(#"{"type":["integer","null"]}"#, #""5""#, #": must be an integer or null, not the string "5""#),
        Case(#"{"items":{"type":"object"}}"#, "[[]]", "[0]: must be an object, not an array"),
        Case(
            #"{"properties":{"category":{"enum":["billing","bug","other"]}}}"#, #"{"category":"refund"}"#,
            #"category: must be one of "billing", "bug", "other", not "refund""#),
        Case(#"{"const":"a"}"#, #"["b"]"#, #": must be "a", not ["b"]"#),
        Case(#"{"type":"string","enum":["a","b"]}"#, "1", #": must be one of "a", "b", not 1"#),
        Case(#"{"minimum":1}"#, "0.5", ": must be at least 1, not 0.5"),
        Case(#"{"exclusiveMaximum":10}"#, "10", ": must be less than 10, not 10"),
        Case(#"{"multipleOf":0.25}"#, "0.3", ": must be a multiple of 0.25, not 0.3"),
        Case(#"{"minLength":1}"#, #""""#, ": must have at least 1 character, not 0"),
        Case(#"{"pattern":"^a"}"#, #""ba""#, #": must match the pattern `^a`, which "ba" does not"#),
        Case(#"{"maxItems":2}"#, "[1,2,3]", ": must have at most 2 items, not 3"),
        Case(#"{"prefixItems":[true],"items":false}"#, "[1,2]", ": must have at most 1 item, not 2"),
        Case(#"{"uniqueItems":true}"#, "[1,2,1]", ": must not have the same item twice, as [0] and [2] are"),
        Case(
            #"{"contains":{"type":"null"}}"#, "[1]",
            ": must have at least 1 item of a certain form, not 0; "
                + "[0] does not count, as it must be null, not the number 1"),
        Case(#"{"required":["a","urgency"]}"#, "{}", #": lacks the key "a""#, #": lacks the key "urgency""#),
        Case(
            #"{"properties":{"a":{},"b":{}},"additionalProperties":false}"#, #"{"c":1}"#,
            #": has the key "c", which is not allowed; it may have "a" and "b""#),
        Case(
            #"{"properties":{"a":{}},"unevaluatedProperties":false}"#, #"{"c":1,"d":2}"#,
            #": has the keys "c" and "d", which are not allowed"#),
        Case(#"{"properties":{"a":false}}"#, #"{"a":1}"#, "a: is not allowed"),
        Case(
            #"{"propertyNames":{"maxLength":1}}"#, #"{"ab":1}"#,
            #": has a wrong key "ab": it must have at most 1 character, not 2"#),
        Case(#"{"dependentRequired":{"a":["b"]}}"#, #"{"a":1}"#, #": lacks the key "b", which "a" needs beside it"#),
        Case(#"{"not":{"required":["a"]}}"#, #"{"a":1}"#, #": must not fit {"required": ["a"]}"#),
        Case(
            #"{"anyOf":[{"type":"string"},{"type":"null"}]}"#, "1",
            ": must be a string or null, not the number 1"),
        Case(
            #"{"anyOf":[{"type":"object","required":["a","b"]},{"type":"null"}]}"#, #"{"a":1}"#,
            #": lacks the key "b""#),
        Case(
            #"{"oneOf":[{"properties":{"kind":{"const":"a"}},"required":["x"]},"#
                + #"{"properties":{"kind":{"const":"b"}},"required":["y"]}]}"#, #"{"kind":"b"}"#,
            #": lacks the key "y""#),
        Case(
            #"{"oneOf":[{"minimum":1},{"type":"integer"}]}"#, "2",
            ": must fit only one of 2 forms, but fits form 1 and form 2"),
        Case(
            #"{"anyOf":[{"minimum":5},{"multipleOf":2}]}"#, "3",
            ": fits none of 2 allowed forms (form 1: must be at least 5, not 3; form 2: must be a multiple of 2, not 3)"
        ),
        Case(
            #"{"properties":{"items":{"items":{"properties":{"price":{"type":"number"}}}}}}"#,
            #"{"items":[{},{},{"price":"1"}]}"#, #"items[2].price: must be a number, not the string "1""#),
        Case(
            #"{"additionalProperties":{"items":{"additionalProperties":false}}}"#, #"{"a b":[{"c":1}]}"#,
            #"["a b"][0]: has the key "c", which is not allowed"#),
        Case(#"{"allOf":[{"minimum":1},{"minimum":1}]}"#, "0", ": must be at least 1, not 0"),
    ]

    @Test(arguments: cases)
    func `a violation says what is wrong and where`(_ example: Case) throws {
        let schema = try JSONSchema(Value(json: example.schema))
        let violations = schema.violations(of: try Value(json: example.value))
        #expect(violations.map { "\($0.path): \($0.message)" } == example.lines)
    }

    @Test func `no more violations are told than asked for`() throws {
        let schema = try JSONSchema(["items": ["type": "null"]])
        let value = Value.list(Array(repeating: 1, count: 50))
        #expect(schema.violations(of: value).map(\.path) == (0..<10).map { "[\($0)]" })
        #expect(schema.violations(of: value, atMost: 1).count == 1)
        #expect(schema.violations(of: value, atMost: 0).isEmpty)
    }

    @Test func `long texts are cut in messages`() throws {
        let schema = try JSONSchema(["const": "a"])
        let message = schema.violations(of: .string(String(repeating: "b", count: 10_000))).first?.message
        #expect((message?.count ?? 0) < 120)
    }

    @Test(arguments: [
        (#"3"#, "", "a schema must be an object or a boolean, not the number 3"),
        (
            #"{"properties":{"a":{"type":"text"}}}"#, "/properties/a/type",
            "`text` is no type; the types are `array`, `boolean`, `integer`, `null`, `number`, `object`, `string`"
        ),
        (#"{"type":[]}"#, "/type", "`type` must be the name of a type or a list of such names, not an array"),
        (
            #"{"minLength":-1}"#, "/minLength",
            "`minLength` must be a whole number that is not negative, not the number -1"
        ),
        (#"{"multipleOf":0}"#, "/multipleOf", "`multipleOf` must be a number above 0, not the number 0"),
        (#"{"minimum":"1"}"#, "/minimum", #"`minimum` must be a number, not the string "1""#),
        (#"{"uniqueItems":1}"#, "/uniqueItems", "`uniqueItems` must be `true` or `false`, not the number 1"),
        (#"{"required":"a"}"#, "/required", #"`required` must be a list of strings, not the string "a""#),
        (#"{"enum":"a"}"#, "/enum", #"`enum` must be a list of values, not the string "a""#),
        (#"{"allOf":[]}"#, "/allOf", "`allOf` must be a list of at least one schema, not an array"),
        (
            #"{"items":[{}]}"#, "/items",
            "`items` must be one schema; a list of schemas is named `prefixItems`, not an array"
        ),
        (#"{"properties":[]}"#, "/properties", "`properties` must be an object of schemas, not an array"),
        (#"{"not":null}"#, "/not", "a schema must be an object or a boolean, not null"),
        (#"{"pattern":"(a"}"#, "/pattern", "`(a` is no regular expression"),
        (#"{"patternProperties":{"[/":{}}}"#, "/patternProperties/[~1", "`[/` is no regular expression"),
        (##"{"items":{"$ref":"#/$defs/a"}}"##, "/items/$ref", "`#/$defs/a` leads to no place in the schema"),
        (##"{"$ref":"#a"}"##, "/$ref", "`#a` leads to no place in the schema"),
        (
            #"{"$ref":"https://nightjar.test/b"}"#, "/$ref",
            "`https://nightjar.test/b` leads out of the schema, and other documents are not fetched"
        ),
        (
            ##"{"$id":"a#b"}"##, "/$id",
            ##"`$id` must be an address without `#`; a name inside the schema is an `$anchor`, not the string "a#b""##
        ),
        (#"{"allOf":[{"$anchor":"a"},{"$anchor":"a"}]}"#, "/allOf/1/$anchor", "the anchor `a` stands twice"),
        (#"{"allOf":[{"$id":"a"},{"$id":"a"}]}"#, "/allOf/1/$id", "the `$id` `a` stands twice"),
        (
            ##"{"$defs":{"a":{"anyOf":[{"$ref":"#/$defs/a"}]}}}"##, "/$defs/a",
            "the schema leads back to itself for the same value, which would never end"
        ),
    ])
    func `a schema that is none says why and where`(schema: String, place: String, message: String) throws {
        let value = try Value(json: schema)
        let mistake = #expect(throws: JSONSchema.Mistake.self) { try JSONSchema(value) }
        #expect(mistake?.place == place)
        #expect(mistake?.message == message)
    }

    @Test func `a schema that is nested too deeply is refused`() throws {
        let text = String(repeating: #"{"not":"#, count: 65) + "{}" + String(repeating: "}", count: 65)
        let value = try Value(json: text)
        #expect(throws: JSONSchema.Mistake.self) { try JSONSchema(value) }
    }
}
