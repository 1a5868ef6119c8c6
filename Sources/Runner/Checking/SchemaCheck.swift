import Inference
import Jinja
import OrderedCollections
package import Workflow

extension WorkflowDefinition {
    /// The mistakes in the schemas of answers, as far as they are known before a run.
    package var schemaMistakes: [Diagnostic] { Self.schemaMistakes(in: steps + failureSteps, source) }

    private static func schemaMistakes(in steps: [Step], _ source: SourceText) -> [Diagnostic] {
        steps.flatMap { step -> [Diagnostic] in
            switch step.body {
            case .nested(let nested): return schemaMistakes(in: nested, source)
            case .kind(let prompt as PromptStep):
                if case .constant(let text) = prompt.grammar {
                    do throws(GrammarError) {
                        _ = try Grammar(gbnf: text)
                    } catch {
                        return [Diagnostic(in: source, at: step.place, message: error.description)]
                    }
                }
                return mistakes(in: prompt.schema, of: step, source)
            case .kind(let parse as ParseStep): return mistakes(in: parse.schema, of: step, source)
            case .kind(let score as ScoreStep): return mistakes(in: score.schema, of: step, source)
            case .kind: return []
            }
        }
    }

    private static func mistakes(in schema: TemplatedValue?, of step: Step, _ source: SourceText) -> [Diagnostic] {
        // One with expressions in it is judged when they are known.
        guard let schema, let value = try? schema.evaluate([:], environment: .workflow) else { return [] }
        do throws(StepFailure) {
            _ = try AnswerSchema(value)
            return []
        } catch {
            return [Diagnostic(in: source, at: step.place, message: error.message)]
        }
    }
}
