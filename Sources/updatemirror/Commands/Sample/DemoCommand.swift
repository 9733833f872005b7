import ArgumentParser
import Foundation

/// The whole story on one machine.
struct DemoCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "Shows the whole story on this machine, from a sync to an air-gapped site.",
    discussion: example("updatemirror demo", "updatemirror demo --folder ./demo --revisions 5000"))

  @Option(name: .long, help: "Where to put everything; it must not exist. Default: a new folder for temporary files.")
  var folder: String?

  @Option(name: .long, help: "Revisions of the sample catalogue.")
  var revisions = 600

  @Option(name: .long, help: "Bytes of the sample files.")
  var contentSize = "96 MiB"

  func validate() throws {
    guard SettingKind.byteCount(contentSize) != nil else {
      throw ValidationError("--content-size: expected \(SettingKind.bytes.expected), found \(contentSize)")
    }
  }

  func execute() async throws -> ProgramStatus {
    let path = try makeFolder()
    let demonstration = Demonstration(
      folder: path, revisions: revisions, contentSize: SettingKind.byteCount(contentSize) ?? 0,
      program: CommandLine.arguments.first ?? "updatemirror")
    return try await Interruption.run { try await demonstration.run() }
  }

  private func makeFolder() throws -> String {
    let manager = FileManager.default
    let path =
      folder.map { StateDirectory(path: $0).path }
      ?? manager.temporaryDirectory.appendingPathComponent("updatemirror-demo-\(UUID().uuidString.prefix(8))").path
    guard !manager.fileExists(atPath: path) else {
      throw Failure(.failed, "demo: \(path): expected a name that does not exist", hint: "name another --folder")
    }
    try manager.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }
}
