import ArgumentParser

struct ConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Checks and shows the configuration.",
    discussion: example("updatemirror config show --json"),
    subcommands: [ConfigCheck.self, ConfigShow.self])
}
