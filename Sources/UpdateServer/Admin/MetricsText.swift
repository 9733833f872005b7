import UpdateModel

/// The text format that Prometheus reads, version 0.0.4.
struct MetricsText {
  enum Kind: String {
    case counter, gauge, histogram
  }

  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  private(set) var text = ""

  /// Begins a family; samples follow.
  mutating func family(_ name: String, _ kind: Kind, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
  }

  mutating func sample(_ name: String, _ labels: KeyValuePairs<String, String>, _ value: Double) {
    text += name + Self.braces(labels.map { ($0.key, $0.value) }) + " \(Self.number(value))\n"
  }

  mutating func sample(_ name: String, _ labels: KeyValuePairs<String, String>, _ value: some BinaryInteger) {
    text += name + Self.braces(labels.map { ($0.key, $0.value) }) + " \(value)\n"
  }

  mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: some BinaryInteger) {
    family(name, kind, help)
    sample(name, [:], value)
  }

  mutating func histogram(_ name: String, _ labels: KeyValuePairs<String, String>, _ histogram: LatencyHistogram) {
    let labels = labels.map { ($0.key, $0.value) }
    var below = 0
    for (bound, count) in zip(LatencyHistogram.bounds.map(Self.number) + ["+Inf"], histogram.counts) {
      below += count
      text += "\(name)_bucket\(Self.braces(labels + [("le", bound)])) \(below)\n"
    }
    text += "\(name)_sum\(Self.braces(labels)) \(Self.number(histogram.sum))\n"
    text += "\(name)_count\(Self.braces(labels)) \(below)\n"
  }

  private static func braces(_ labels: [(String, String)]) -> String {
    if labels.isEmpty { return "" }
    return "{" + labels.map { "\($0)=\"\(escaped($1))\"" }.joined(separator: ",") + "}"
  }

  private static func escaped(_ value: String) -> String {
    value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
  }
}
