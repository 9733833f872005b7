import Catalog
import UpdateModel

extension ArchiveState {
  /// What a snapshot of the catalogue says, in the order of the format.
  init(_ state: ExportedState) {
    let settings = ArchiveSettings(
      isCatalogOnly: state.settings.isCatalogOnly, hostsPSFFiles: state.settings.hostsPSFFiles,
      isLazy: state.settings.isLazy, limits: state.settings.limits)
    let unsorted = ArchiveState(
      acceptedEULAs: state.acceptedEULAs, declined: state.declined, deployments: state.deployments,
      groups: state.groups, languages: state.languages, settings: settings)
    self = unsorted.sorted()
  }

  /// What an import publishes. The replication mode does not travel: it is the importing site's own.
  func exported(replicationMode: ReplicationMode) -> ExportedState {
    ExportedState(
      groups: groups, deployments: deployments, declined: declined, acceptedEULAs: acceptedEULAs, languages: languages,
      settings: ServerSettings(
        replicationMode: replicationMode, isCatalogOnly: settings.isCatalogOnly, isLazy: settings.isLazy,
        hostsPSFFiles: settings.hostsPSFFiles, limits: settings.limits))
  }
}
