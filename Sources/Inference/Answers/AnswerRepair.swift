/// What was mended to get data out of a model's answer. The record keeps these names.
package enum AnswerRepair: String, Sendable, Hashable, CaseIterable {
    // MARK: Around the data

    /// The answer held the model's thoughts too.
    case thinking
    /// The data stood in a code fence.
    case fence
    /// There were words around the data.
    case prose
    /// There were other data too, which fit less well or came later.
    case several
    /// Each line was a value of its own, and they were taken together as a list.
    case lines
    /// The data was the argument of a function call: JSONP.
    case call
    /// The data was a string that held JSON.
    case doubleEncoded = "double_encoded"

    // MARK: Punctuation

    case trailingComma = "trailing_comma"
    /// A comma at the beginning, or two in a row.
    case extraComma = "extra_comma"
    case missingComma = "missing_comma"
    case missingColon = "missing_colon"
    case extraBracket = "extra_bracket"
    /// Of a bracket in the middle or at the beginning.
    case missingBracket = "missing_bracket"
    /// The brackets at the end were missing; all values were whole.
    case unclosed
    /// The answer ends in the middle of a value: something is lost.
    case truncated
    case ellipsis
    case comment
    /// White space or punctuation that is not JSON's.
    case oddPunctuation = "odd_punctuation"

    // MARK: Texts

    case singleQuotes = "single_quotes"
    case smartQuotes = "smart_quotes"
    case tripleQuotes = "triple_quotes"
    case missingQuote = "missing_quote"
    case unquotedKey = "unquoted_key"
    case unquotedText = "unquoted_text"
    case unescapedQuote = "unescaped_quote"
    /// A line break or another control character inside a text.
    case controlCharacter = "control_character"
    /// A backslash that begins no escape.
    case badEscape = "bad_escape"
    case concatenation
    case duplicateKey = "duplicate_key"

    // MARK: Values

    /// `None`, `True`, `undefined`: words of other languages.
    case foreignWord = "foreign_word"
    /// `NaN` and `Infinity`, which became null.
    case notANumber = "not_a_number"
    /// `+1`, `.5`, `0x1F`, `1_000`.
    case oddNumber = "odd_number"

    // MARK: What the schema asked for

    case numberFromText = "number_from_text"
    case textFromNumber = "text_from_number"
    case booleanFromText = "boolean_from_text"
    case nullFromText = "null_from_text"
    case dateSpelling = "date_spelling"
    /// Another case or punctuation of one of the values.
    case valueSpelling = "value_spelling"
    /// One of the values in a sentence.
    case valueInSentence = "value_in_sentence"
    case keySpelling = "key_spelling"
    case extraKey = "extra_key"
    /// A single value became a list.
    case listFromValue = "list_from_value"
    /// A list of one became its value.
    case valueFromList = "value_from_list"
    /// The data stood below a key that the schema does not know.
    case wrapped
    /// The data lacked the only key that the schema has.
    case impliedKey = "implied_key"
}
