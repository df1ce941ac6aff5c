import RepriseModel
import Testing

@testable import RepriseStore

@Suite struct `Filters beyond what the real server reads` {
    @Test(arguments: [
        (" ", "()"),
        ("\n", "()"),
        ("metrics.a > 1 OR metrics.b < 2", "(metric[a] > 1.0 | metric[b] < 2.0)"),
        (
            "metrics.a > 1 or metrics.b < 2 and params.c = 'x'",
            "(metric[a] > 1.0 | (metric[b] < 2.0 & parameter[c] = 'x'))"
        ),
        (
            "(metrics.a > 1 or metrics.b < 2) AND params.c = 'x'",
            "((metric[a] > 1.0 | metric[b] < 2.0) & parameter[c] = 'x')"
        ),
        ("NOT metrics.a > 1", "!metric[a] > 1.0"),
        ("not not tags.a = 'x'", "!!tag[a] = 'x'"),
        ("not (tags.a = 'x' and tags.b is null)", "!(tag[a] = 'x' & tag[b] IS NULL)"),
        ("((((tags.a = 'x'))))", "tag[a] = 'x'"),
        ("(metrics.a > 1)AND(metrics.b>2)", "(metric[a] > 1.0 & metric[b] > 2.0)"),
        ("params.a IN ('a', 'b')", "parameter[a] IN 'a','b'"),
        ("params.a not in ('a',)", "parameter[a] NOT IN 'a'"),
        ("tags.a IN (\"a\")", "tag[a] IN 'a'"),
        ("status IN ('RUNNING', 'FAILED')", "attribute[status] IN 'RUNNING','FAILED'"),
        ("run_name NOT IN ('a')", "attribute[run_name] NOT IN 'a'"),
        ("params.a NOT LIKE '%x%'", "parameter[a] NOT LIKE '%x%'"),
        ("tags.a not ilike 'x'", "tag[a] NOT ILIKE 'x'"),
        ("metrics.train/loss > 0.5", "metric[train/loss] > 0.5"),
        ("metrics.val-loss <= 0.5", "metric[val-loss] <= 0.5"),
        ("params.model:name = 'x'", "parameter[model:name] = 'x'"),
        ("metrics.потеря < 1", "metric[потеря] < 1.0"),
        ("metrics.a > 1e+5", "metric[a] > 100000.0"),
        ("metrics.a > -1.5E-3;", "metric[a] > -0.0015"),
        ("tags.note = 'it''s'", "tag[note] = 'it's'"),
        ("tags.note = 'it\\'s'", "tag[note] = 'it's'"),
        ("tags.note = \"say \"\"hi\"\"\"", "tag[note] = 'say \"hi\"'"),
        ("tags.path = 'C:\\temp\\'", "tag[path] = 'C:\\temp\\'"),
        ("tags.a = 'e\u{301}'", "tag[a] = 'e\u{301}'"),
        ("tags.a = '\u{301}x'", "tag[a] = '\u{301}x'"),
        ("tags.`and` = 'x' and tags.or = 'y'", "(tag[and] = 'x' & tag[or] = 'y')"),
        ("start_time >= 1.5", "attribute[start_time] >= 1.5"),
        ("params.a = 'x'\u{a0}AND\u{2003}params.b = 'y'", "(parameter[a] = 'x' & parameter[b] = 'y')"),
    ])
    func `more is read`(_ text: String, _ expected: String) throws {
        #expect(try SearchFilter(text, of: .run).summary == expected)
    }

    @Test(arguments: [
        ("metrics.a > 1 OR", "the end stands where"),
        ("metrics.a >", "the end stands where a value"),
        ("metrics.a > 0x1F", "Found 0x1F"),
        ("metrics.a > --1", "Found -"),
        ("params.a = @x", "Got value @"),
        ("params.a = TRUE", "write `'TRUE'`"),
        ("params.a = 'x' OR 1=1", "Expected 'Identifier' found '1'"),
        ("AND", "the end stands where"),
        ("or metrics.a > 1", "at character 1"),
        ("metrics.a > 1 or and", "the end stands where"),
        ("metrics.a > 1 and (and)", "at character 23"),
        ("metrics.a > 1 metrics.b", "at character 24"),
        ("(metrics.a > 1", "`)` should be"),
        ("metrics.a > 1)", "at character 14"),
        ("()", "at character 2"),
        ("not", "the end stands where"),
        ("params.a IN ('a' 'b')", "ill-formed list"),
        ("params.a IN ('a', b)", "ill-formed list"),
        ("params.a IN ('a'", "ill-formed list"),
        ("params.a IN ()", "empty list"),
        ("params.a IN (1)", "different type in list: 1"),
        ("metrics.a <> 1", "write `!=`"),
        ("params.a == 'x'", "write `=`"),
        ("params.a CONTAINS 'x'", "write `LIKE"),
        ("params.a = x", "write `'x'`"),
        ("metric.a > 1 and paramz.b = 'x'", "did you mean `param`?"),
        ("start_tme > 5", "did you mean `start_time`?"),
        ("stauts = 'x'", "did you mean `status`?"),
        ("tags.a = 'x", "a text does not end"),
        ("tags.`a = 'x'", "a name does not end"),
        ("params.a = 'x'\0", "at character 15"),
        ("params.a = 'x' -- y", "at character 16"),
        ("params.a = 'x' /* y */", "at character 16"),
        ("1; DROP TABLE run", "Expected 'Identifier'"),
        ("tags.a = 'x'; DROP TABLE run; --", "multiple expression"),
        ("tags.a = 'x' UNION SELECT id FROM run", "at character 20"),
    ])
    func `a message says where and what to do`(_ text: String, _ part: String) {
        let error = #expect(throws: Mistake.self) { try SearchFilter(text, of: .run) }
        #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
        #expect(error?.code == "search-syntax")
    }

    @Test func `length, depth, comparisons and lists are bounded`() throws {
        let terms = { (count: Int) in Array(repeating: "tags.a = 'x'", count: count).joined(separator: " AND ") }
        #expect(try SearchFilter(terms(200), of: .run).terms.count == 200)
        let nested = { (count: Int) in
            String(repeating: "(", count: count) + "tags.a = 'x'" + String(repeating: ")", count: count)
        }
        #expect(try SearchFilter(nested(50), of: .run).summary == "tag[a] = 'x'")
        let values = { (count: Int) in
            "run_id IN (" + Array(repeating: "'x'", count: count).joined(separator: ",") + ")"
        }
        #expect(try SearchFilter(values(10_000), of: .run).terms.count == 1)
        let tooMuch = [
            terms(201), nested(51), nested(40_000), String(repeating: "not ", count: 40_000) + "tags.a = 'x'",
            values(10_001), "tags.a = '" + String(repeating: "x", count: 200_000) + "'",
        ]
        for filter in tooMuch {
            let error = #expect(throws: Mistake.self) { try SearchFilter(filter, of: .run) }
            #expect(error.map { $0.description.utf8.count < 1000 } == true)
        }
    }
}

@Suite struct `Filters of projects` {
    @Test(arguments: [
        ("name = 'x'", "attribute[name] = 'x'"),
        ("attribute.name LIKE 'x%'", "attribute[name] LIKE 'x%'"),
        ("experiment_id = '7'", "attribute[experiment_id] = 7"),
        ("experiment_id IN ('1','2')", "attribute[experiment_id] IN 1,2"),
        (
            "creation_time > 5 and last_update_time <= 6",
            "(attribute[creation_time] > 5 & attribute[last_update_time] <= 6)"
        ),
        ("tags.`mlflow.experiment.isGateway` IS NULL", "tag[mlflow.experiment.isGateway] IS NULL"),
        ("tag.a ILIKE 'x' or name in ('a','b')", "(tag[a] ILIKE 'x' | attribute[name] IN 'a','b')"),
    ])
    func `are read`(_ text: String, _ expected: String) throws {
        #expect(try SearchFilter(text, of: .project).summary == expected)
    }

    @Test(arguments: [
        ("params.a = 'x'", "Invalid entity type 'params'. Valid entity types are ('attribute', 'tag', 'tags')"),
        ("metrics.a > 1", "Invalid entity type 'metrics'"),
        ("run_id = 'x'", "Invalid attribute key 'run_id' specified"),
        ("experiment_id = 7", "Expected a quoted string value for attributes. Got value 7"),
        ("experiment_id = 'x'", "Invalid experiment ID 'x'. Experiment ID must be a valid integer."),
        ("experiment_id LIKE '7'", "Invalid "),
        ("creation_time > 'x'", "Expected numeric value type for numeric attribute: creation_time. Found 'x'"),
        ("name > 'x'", "Invalid comparator '>'"),
        ("name IS NULL", "IS NULL / IS NOT NULL is only supported for tags, not for attribute 'name'"),
    ])
    func `that are wrong are refused`(_ text: String, _ message: String) {
        let error = #expect(throws: Mistake.self) { try SearchFilter(text, of: .project) }
        #expect(error?.what.hasPrefix(message) == true, "\(error?.what ?? "")")
    }
}

@Suite struct `Orders of a search` {
    @Test(arguments: [
        ("start_time", "attribute[start_time] true"),
        ("attributes.start_time DESC", "attribute[start_time] false"),
        ("Created asc", "attribute[start_time] true"),
        ("metrics.loss", "metric[loss] true"),
        ("metrics.`a b` desc", "metric[a b] false"),
        ("metrics.\"a b\" ASC", "metric[a b] true"),
        ("`metrics`.`a` DESC", "metric[a] false"),
        ("params.lr DESC", "parameter[lr] false"),
        ("tag.mlflow.user", "tag[mlflow.user] true"),
        ("  status   Desc ", "attribute[status] false"),
    ])
    func `are read`(_ text: String, _ expected: String) throws {
        let order = try SearchOrder(text, of: .run)
        #expect("\(order.entity.rawValue)[\(order.key)] \(order.isAscending)" == expected)
    }

    @Test(arguments: [
        ("", "Invalid order_by clause ''. Could not be parsed."),
        ("metrics.a b c", "Invalid order_by clause 'metrics.a b c'. Could not be parsed."),
        ("metrics.a up", "Invalid ordering key in order_by clause 'metrics.a up'."),
        ("metrics.a, params.b", "Invalid order_by clause"),
        ("foo.a", "Invalid entity type 'foo'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']"),
        ("nope DESC", "Invalid attribute key 'nope' specified"),
        ("dataset.name", "Invalid identifier type 'dataset'"),
        ("5", "Invalid order_by clause '5'. Could not be parsed."),
        ("'x'", "Invalid order_by clause"),
        ("start_time; DROP TABLE run", "Invalid order_by clause"),
    ])
    func `that are wrong are refused`(_ text: String, _ message: String) {
        let error = #expect(throws: Mistake.self) { try SearchOrder(text, of: .run) }
        #expect(error?.what.hasPrefix(message) == true, "\(error?.what ?? "")")
    }

    @Test func `one name twice is refused`() {
        let error = #expect(throws: Mistake.self) {
            try SearchOrder.order(["metrics.a", "metric.`a` DESC"], of: .run)
        }
        #expect(error?.what.hasPrefix("`order_by` contains duplicate fields: [") == true)
    }
}
