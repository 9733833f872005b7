import ArgumentParser
import Testing

@testable import updatemirror

@Suite("Help")
struct HelpTests {
  @Test("every command has an abstract and an example that begins with its own name")
  func examples() {
    let commands = Self.all(UpdateMirror.self, path: "updatemirror")
    #expect(commands.count >= 20)
    for (path, command) in commands {
      let configuration = command.configuration
      #expect(!configuration.abstract.isEmpty, "\(path)")
      let lines = configuration.discussion.split(separator: "\n").map(String.init)
      #expect(lines.first == "Example:", "\(path)")
      // `sync run` is written `sync`: it is the default.
      let name = path == "updatemirror sync run" ? "updatemirror sync" : path
      #expect(lines.dropFirst().contains { $0.hasPrefix("  \(name)") }, "\(path)")
    }
  }

  @Test("every command and every option is in the manual")
  func manual() throws {
    let manual = try PackageRoot.text("docs/manual.md")
    for (path, command) in Self.all(UpdateMirror.self, path: "updatemirror")
    where command.configuration.subcommands.isEmpty {
      let name = path == "updatemirror sync run" ? "updatemirror sync" : path
      #expect(manual.contains(name.dropFirst("updatemirror ".count)), "\(path)")
      for option in Self.options(command) { #expect(manual.contains("`\(option)"), "\(path) \(option)") }
    }
  }

  @Test("every setting, its default and every exit number is in the manual")
  func settings() throws {
    let manual = try PackageRoot.text("docs/manual.md")
    for setting in Setting.allCases {
      let row = manual.split(separator: "\n").first { $0.hasPrefix("| `\(setting.key)` ") }
      #expect(row?.contains(setting.meaning) == true, "\(setting.key)")
      if !setting.fallback.isEmpty { #expect(row?.contains("`\(setting.fallback)`") == true, "\(setting.key)") }
    }
    for status in ProgramStatus.allCases { #expect(manual.contains("\n| \(status.rawValue) |"), "\(status)") }
  }

  @Test("shells get completion scripts", arguments: [CompletionShell.bash, .zsh, .fish])
  func completion(shell: CompletionShell) {
    #expect(UpdateMirror.completionScript(for: shell).contains("updatemirror"))
  }

  private static func all(
    _ command: any ParsableCommand.Type, path: String
  ) -> [(path: String, command: any ParsableCommand.Type)] {
    [(path, command)]
      + command.configuration.subcommands.flatMap { all($0, path: "\(path) \($0.configuration.commandName ?? "?")") }
  }

  /// The long options of a command, from its own help.
  private static func options(_ command: any ParsableCommand.Type) -> [String] {
    command.helpMessage(columns: 200).split(separator: "\n").compactMap { line in
      let words = line.split(whereSeparator: { " ,".contains($0) })
      guard line.hasPrefix("  -"), let word = words.first(where: { $0.hasPrefix("--") }) else { return nil }
      return String(word.split(separator: "/")[0])
    }
  }
}
