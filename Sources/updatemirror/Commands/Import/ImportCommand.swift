import ArgumentParser
import Catalog
import Export
import Platform
import UpdateModel

struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Brings signed archives into this site.",
    discussion: example(
      "updatemirror import plan /media/disk/2027-03",
      "updatemirror import apply /media/disk/2027-03 --report evidence.json"),
    subcommands: [
      ImportPlan.self, ImportApply.self, ImportStatus.self, ImportHistory.self, ImportRollback.self,
      ImportDiscard.self, ImportWSUS.self,
    ])
}

/// Which archive, and what is taken of it: the options that `import plan` and `import apply` share.
struct ArchiveIntakeOptions: ParsableArguments {
  @Argument(help: "The folders of one archive; each may have some of its volumes.")
  var folders: [String]

  @Flag(name: .long, help: "On an autonomous site: approvals become those of the local groups with the same names.")
  var withApprovals = false

  @Flag(name: .long, help: "On a replica: follow another source from now on.")
  var changeSource = false

  func validate() throws { try ArchiveFolderNames.require(folders) }

  func options(_ site: Site) throws -> ImportOptions {
    guard !(withApprovals && site.isReplica) else {
      throw Failure(
        .usage, "--with-approvals: expected an autonomous site, found a replica",
        hint: "a replica takes all approvals and groups as they are in the archive")
    }
    var options = ImportOptions()
    options.policy = try site.importPolicy()
    options.policy.changesSource = changeSource
    options.withApprovals = withApprovals
    return options
  }
}

extension Site {
  func archiveImport() async throws -> ArchiveImport {
    ArchiveImport(
      catalog: catalog, store: store, state: state.path, serverID: try await catalog.identity().serverID,
      clock: SystemClock.now)
  }
}
