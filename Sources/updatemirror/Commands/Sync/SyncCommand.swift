import ArgumentParser

struct SyncCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sync", abstract: "Brings this site into the state of its upstream server.",
    discussion: example("updatemirror sync", "updatemirror sync --dry-run", "updatemirror sync history"),
    subcommands: [SyncRunCommand.self, SyncStatus.self, SyncHistory.self], defaultSubcommand: SyncRunCommand.self)
}
