import ArgumentParser
import Foundation

/// The definition of a command, as the argument parser describes it.
struct CommandDescription: Decodable {
  struct Argument: Decodable {
    struct Name: Decodable {
      enum Kind: String, Decodable {
        case long, short, longWithSingleDash
      }

      let kind: Kind
      let name: String

      var text: String { kind == .long ? "--\(name)" : "-\(name)" }
    }

    enum Kind: String, Decodable {
      case positional, option, flag
    }

    let kind: Kind
    let abstract: String?
    let names: [Name]?
    let valueName: String?
    let defaultValue: String?
    let allValues: [String]?
    let isOptional: Bool
    let isRepeating: Bool
    let shouldDisplay: Bool
  }

  let commandName: String
  let abstract: String?
  let discussion: String?
  let defaultSubcommand: String?
  let arguments: [Argument]?
  let subcommands: [CommandDescription]?
  let shouldDisplay: Bool

  /// The whole tree, from `updatemirror` down.
  static func program() throws -> CommandDescription {
    struct Document: Decodable { let command: CommandDescription }
    return try JSONDecoder().decode(Document.self, from: Data(UpdateMirror._dumpHelp().utf8)).command
  }

  var shownSubcommands: [CommandDescription] {
    (subcommands ?? []).filter { $0.shouldDisplay && $0.commandName != "help" }
  }

  /// Without `--help` and `--version`, which every command has.
  var ownArguments: [Argument] {
    (arguments ?? []).filter { argument in
      argument.shouldDisplay && !(argument.names ?? []).contains { ["help", "version"].contains($0.name) }
    }
  }
}
