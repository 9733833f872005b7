import Platform
import Sealing
public import UpdateModel

/// What was checked, by which keys, with what result: a record for the auditor, as canonical JSON. Refusals too.
public struct ImportEvidence: Hashable, Sendable {
  /// How it ended.
  public enum Result: Hashable, Sendable {
    case accepted
    /// Volumes were missing; they count from 1.
    case incomplete(volumes: [Int])
    case refused(ArchiveRefusal)
    /// Something beside the archive failed.
    case failed(String)
  }

  /// `verify`, `plan` or `apply`.
  public let action: String
  public let server: GUID?
  public let began: Timestamp
  public let ended: Timestamp
  public let result: Result
  let facts: StepLog.Facts

  public var bytes: [UInt8] {
    var writer = CanonicalJSONWriter()
    writer.beginObject()
    writer.member("action", action)
    writer.key("archive")
    writeArchive(&writer)
    writer.member("began", began.wholeSeconds.description)
    writer.member("ended", ended.wholeSeconds.description)
    writer.member("format", "updatemirror-import-evidence")
    writer.member("manifestSha256", facts.manifest?.hex)
    writer.member("passed", facts.steps.map(\.rawValue))
    writer.key("refusal")
    writeRefusal(&writer)
    writer.member("result", word)
    writer.member("server", server?.description)
    writer.member("signers", facts.signers)
    writer.member("version", 1)
    writer.key("volumes")
    writeVolumes(&writer)
    writer.endObject()
    writer.lineFeed()
    return writer.bytes
  }

  private var word: String {
    switch result {
    case .accepted: "accepted"
    case .incomplete: "incomplete"
    case .refused: "refused"
    case .failed: "failed"
    }
  }

  private func writeArchive(_ writer: inout CanonicalJSONWriter) {
    guard let archive = facts.archive else { return writer.null() }
    writer.beginObject()
    writer.member("archiveId", archive.archiveID.description)
    writer.member("created", archive.created.description)
    writer.member("sequence", archive.sequence)
    writer.member("source", archive.source.serverID.description)
    writer.member("sourceName", archive.source.name)
    writer.endObject()
  }

  private func writeRefusal(_ writer: inout CanonicalJSONWriter) {
    switch result {
    case .accepted, .incomplete: writer.null()
    case .refused(let refusal):
      writer.beginObject()
      writer.member("expected", refusal.expected)
      writer.member("found", refusal.found)
      writer.member("step", refusal.step.rawValue)
      writer.member("what", refusal.what)
      writer.endObject()
    case .failed(let text):
      writer.beginObject()
      writer.member("text", text)
      writer.endObject()
    }
  }

  private func writeVolumes(_ writer: inout CanonicalJSONWriter) {
    var missing: [Int] = []
    if case .incomplete(let volumes) = result { missing = volumes }
    writer.beginObject()
    writer.key("missing")
    writer.beginArray()
    for number in missing { writer.value(Int64(number)) }
    writer.endArray()
    writer.key("read")
    writer.beginArray()
    for number in facts.volumes { writer.value(Int64(number)) }
    writer.endArray()
    writer.endObject()
  }
}

/// Writes the evidence of one command, however it ends.
struct EvidenceWriter: Sendable {
  let action: String
  let server: GUID?
  /// nil: no evidence is asked for.
  let path: String?
  let clock: @Sendable () -> Timestamp

  /// Runs `work`; its outcome, or what it throws, goes into the file.
  func around<Value: Sendable>(
    _ work: (StepLog) async throws -> (Value, ImportEvidence.Result)
  ) async throws -> Value {
    let began = clock()
    let steps = StepLog()
    do {
      let (value, result) = try await work(steps)
      try await write(result, steps, began)
      return value
    } catch let refusal as ArchiveRefusal {
      try await write(.refused(refusal), steps, began)
      throw refusal
    } catch {
      try await write(.failed("\(error)".escapedForMessages), steps, began)
      throw error
    }
  }

  private func write(_ result: ImportEvidence.Result, _ steps: StepLog, _ began: Timestamp) async throws {
    guard let path else { return }
    let evidence = ImportEvidence(
      action: action, server: server, began: began, ended: clock(), result: result, facts: steps.facts)
    try await BlockingPool.shared.run { try DurableFile.write(evidence.bytes, to: path, permissions: 0o644) }
  }
}
