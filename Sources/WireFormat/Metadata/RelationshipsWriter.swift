import UpdateModel

/// Writes `Relationships` in the order of Windows: superseded, prerequisites, bundled.
struct RelationshipsWriter {
  let metadata: UpdateMetadata

  func write(to writer: inout XMLWriter) {
    guard
      !metadata.supersededUpdates.isEmpty || !metadata.prerequisites.isEmpty || !metadata.bundledUpdates.isEmpty
    else { return }
    writer.start("upd:Relationships")
    if !metadata.supersededUpdates.isEmpty {
      writer.start("upd:SupersededUpdates")
      for update in metadata.supersededUpdates { Self.write(update, to: &writer) }
      writer.end()
    }
    writePrerequisites(to: &writer)
    writeBundled(to: &writer)
    writer.end()
  }

  /// A clause of one update that is no category needs no `AtLeastOne`.
  private func writePrerequisites(to writer: inout XMLWriter) {
    guard !metadata.prerequisites.isEmpty else { return }
    writer.start("upd:Prerequisites")
    for clause in metadata.prerequisites {
      if clause.updateIDs.count == 1, !clause.isCategory {
        Self.write(clause.updateIDs[0], to: &writer)
        continue
      }
      writer.start("upd:AtLeastOne")
      if clause.isCategory { writer.attribute("IsCategory", "true") }
      for update in clause.updateIDs { Self.write(update, to: &writer) }
      writer.end()
    }
    writer.end()
  }

  private func writeBundled(to writer: inout XMLWriter) {
    guard !metadata.bundledUpdates.isEmpty else { return }
    writer.start("upd:BundledUpdates")
    for clause in metadata.bundledUpdates {
      writer.start("upd:AtLeastOne")
      for identity in clause.identities {
        writer.start("upd:UpdateIdentity")
        writer.attribute("UpdateID", "\(identity.updateID)")
        writer.attribute("RevisionNumber", "\(identity.revisionNumber)")
        writer.end()
      }
      writer.end()
    }
    writer.end()
  }

  private static func write(_ update: GUID, to writer: inout XMLWriter) {
    writer.start("upd:UpdateIdentity")
    writer.attribute("UpdateID", "\(update)")
    writer.end()
  }
}
