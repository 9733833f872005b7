import ArgumentParser

struct ContentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "content", abstract: "Counts, verifies, repairs and cleans the update content directory.",
    discussion: example("updatemirror content verify --subset 1/30 --repair"),
    subcommands: [ContentStats.self, ContentVerify.self, ContentRepair.self, ContentCollect.self])
}
