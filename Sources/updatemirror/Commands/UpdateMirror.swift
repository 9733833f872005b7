import ArgumentParser

/// The root of all commands.
struct UpdateMirror: AsyncParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "updatemirror",
    abstract: "Mirrors an update server of the Windows Server Update Services system, and is one.",
    discussion: example(
      "updatemirror demo",
      "updatemirror init --upstream http://wsus.example.net:8530",
      "updatemirror sync"),
    version: version,
    subcommands: [
      DemoCommand.self, InitCommand.self, SyncCommand.self, ServeCommand.self, StatusCommand.self, DoctorCommand.self,
      UpdatesCommand.self, GroupsCommand.self, ComputersCommand.self, ReportCommand.self, RulesCommand.self,
      DownstreamCommand.self, ContentCommand.self,
      ExportCommand.self, ImportCommand.self, ReceiptCommand.self, KeysCommand.self, ConfigCommand.self,
      GenerateCommand.self, CompletionCommand.self, ManualPagesCommand.self,
    ])
}
