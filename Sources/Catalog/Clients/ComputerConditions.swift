internal import GRDB
internal import UpdateModel

/// A query of `computers list` as a condition on `computer`.
struct ComputerConditions {
  private var parts: [String] = []
  private var arguments: StatementArguments = []

  init(_ query: ComputerQuery, _ membership: GroupMembership) throws {
    if let groups = try membership.condition(query.groups) { add(groups.sql, groups.arguments) }
    if !query.states.isEmpty { add(Self.condition(query.states)) }
    if let moment = query.silentSince { add("lastContact < ?", [moment.ticks]) }
    if let text = query.text?.lowercased(), !text.isEmpty {
      add("containsFolded(dnsName, ?) OR containsFolded(computerID, ?)", [text, text])
    }
    if let after = query.after { add("(dnsName, computer.computerKey) > (?, ?)", [after.name, after.computer.value]) }
  }

  func sql() -> (sql: String, arguments: StatementArguments) {
    (parts.isEmpty ? "1" : parts.map { "(\($0))" }.joined(separator: " AND "), arguments)
  }

  private mutating func add(_ part: String, _ values: StatementArguments = []) {
    parts.append(part)
    arguments += values
  }

  private static func condition(_ states: Set<UpdateState>) -> String {
    let codes = states.map(\.rawValue).sorted().map(String.init).joined(separator: ", ")
    let hasState = """
      EXISTS (SELECT 1 FROM updateStatus JOIN knownUpdate USING (updateKey)
        WHERE updateStatus.computerKey = computer.computerKey AND state IN (\(codes)) AND isHidden = 0)
      """
    return states.contains(.unknown) ? "lastStatus IS NULL OR \(hasState)" : hasState
  }
}
