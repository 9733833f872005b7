import ArgumentParser
import Catalog
import Export
import Platform
import UpdateModel

struct ImportPlan: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Checks an archive's signature, target and order, and tells what it would bring.",
    discussion: example("updatemirror import plan /media/disk/2027-03 --json"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var intake: ArchiveIntakeOptions

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    let intaking = try await site.archiveImport()
    let options = try intake.options(site)
    let preview = try await Interruption.run { [folders = intake.folders] in
      try await intaking.plan(folders, options)
    }
    try output.show(ImportPlanReport(preview))
    return preview.missingVolumes.isEmpty ? .done : .incomplete
  }
}

struct ImportApply: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Checks and stores an archive, and makes it visible in one step.",
    discussion: example(
      "updatemirror import apply /media/disk/2027-03 --report evidence.json",
      "updatemirror import apply /media/disk1/a /media/disk2/a"))

  static let usesOneArena = true

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var intake: ArchiveIntakeOptions

  @Option(name: .long, help: "File for a record of what was checked and by which key (JSON), also of a refusal.")
  var report: String?

  @Flag(name: .long, help: "With --with-approvals or --change-source: do it; without, it is only shown.")
  var yes = false

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    var options = try intake.options(site)
    let lock = try site.state.lock()
    defer { withExtendedLifetime(lock) {} }
    try await site.saveSettings()
    let intaking = try await site.archiveImport()
    if (intake.withApprovals || intake.changeSource) && !yes {
      let preview = try await intaking.plan(intake.folders, options)
      try output.show(ImportPlanReport(preview))
      if !output.isJSON { print("nothing was imported: add --yes") }
      return preview.missingVolumes.isEmpty ? .done : .incomplete
    }
    options.report = report
    let display = progress.display
    let result = try await Interruption.run { [folders = intake.folders, options] in
      try await display.follow { try await intaking.apply(folders, options) { display.take($0) } }
    }
    return try await finish(site, result)
  }

  private func finish(_ site: Site, _ result: ImportResult) async throws -> ProgramStatus {
    let report = ImportReport(result)
    if case .applied(let applied) = result {
      try site.audit("import apply", "archive \(applied.manifest.archiveID)", nil, report.facts)
      await site.runRulesIfAutonomous()
      await site.indexText()
    }
    try output.show(report)
    if case .waiting = result { return .incomplete }
    return .done
  }
}
