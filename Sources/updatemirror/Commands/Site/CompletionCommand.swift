import ArgumentParser

/// Prints a completion script for a shell.
struct CompletionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completion", abstract: "Prints the completion script for a shell.",
    discussion: example("updatemirror completion bash > /etc/bash_completion.d/updatemirror"))

  enum Shell: String, CaseIterable, ExpressibleByArgument {
    case bash
    case zsh
    case fish
  }

  @Argument(help: "bash, zsh or fish.")
  var shell: Shell

  func run() throws {
    let kind: CompletionShell =
      switch shell {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    print(UpdateMirror.completionScript(for: kind))
  }
}
