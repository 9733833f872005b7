import ArgumentParser

struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes this site into signed archives, for sites without a network.",
    discussion: example(
      "updatemirror export plan --approved-only --volume-size BD25",
      "updatemirror export create /media/disk/archive --volume-size BD25"),
    subcommands: [
      ExportPlan.self, ExportCreate.self, ExportVerify.self, ExportInspect.self, ExportSign.self, ExportList.self,
      ExportWSUS.self,
    ])
}
