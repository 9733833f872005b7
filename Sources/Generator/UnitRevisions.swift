import Sealing
import UpdateModel
import WireFormat

/// Makes the revisions of a unit: members first, then the update that bundles them.
struct UnitRevisions: Sendable {
  let layout: CatalogueLayout
  let unit: UnitPlan

  private var shape: CatalogueShape { layout.shape }
  private var categories: CategoryPlan { layout.categories }
  private var texts: UnitTexts { UnitTexts(layout: layout, unit: unit) }

  static let firstRevisionNumber: Int32 = 100

  static func topLevel(_ index: Int, _ categories: CategoryPlan) -> GUID { categories.guid(.update, index) }

  /// - Parameter owner: a member by number, or -1 for the update itself.
  func revision(_ number: Int, owner: Int, isExpired: Bool) throws(SealingError) -> GeneratedRevision {
    let isMember = owner >= 0
    let files = isMember || unit.members == 0 ? try files(owner: owner, revision: number) : []
    var metadata = UpdateMetadata(
      identity: identity(owner: owner, number: number), kind: unit.isDriver ? .driver : .software)
    fillProperties(&metadata, number: number, isMember: isMember, isExpired: isExpired)
    metadata.files = files.map(\.file)
    metadata.maxDownloadSize = files.reduce(0) { $0 + ($1.file.size ?? 0) }
    metadata.localized = isMember ? texts.ofMember(owner) : texts.ofUpdate(number)
    metadata.prerequisites = prerequisites(isMember: isMember)
    if isMember { return finished(metadata, files, owner: owner, number: number) }
    metadata.supersededUpdates = unit.superseded.map { Self.topLevel($0, categories) }
    metadata.bundledUpdates = (0..<unit.members).map { member in
      BundleClause(identities: [identity(owner: member, number: number)])
    }
    metadata.eulaID = unit.eula.map { categories.guid(.eula, $0) }
    return finished(metadata, files, owner: owner, number: number)
  }

  private func identity(owner: Int, number: Int) -> UpdateIdentity {
    let updateID =
      owner < 0 ? Self.topLevel(unit.index, categories) : categories.guid(.member, unit.index, owner)
    return UpdateIdentity(updateID: updateID, revisionNumber: Self.firstRevisionNumber + Int32(number))
  }

  private func fillProperties(_ metadata: inout UpdateMetadata, number: Int, isMember: Bool, isExpired: Bool) {
    metadata.defaultLanguage = shape.languages[0]
    metadata.publicationState = isExpired ? "Expired" : "Published"
    metadata.creationDate = texts.created(revision: number)
    metadata.isExplicitlyDeployable = !isMember
    metadata.languages = unit.language.map { [shape.languages[$0]] } ?? []
    let name = unit.isDriver ? "WindowsDriver" : "CommandLineInstallation"
    metadata.handler = "http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/\(name)"
    if isMember || unit.members == 0 {
      metadata.needsDecryptionKeys = unit.isEncrypted
      metadata.isSecure = unit.isSecure
    }
    guard !isMember else { return }
    metadata.kbArticles = ["\(unit.kbNumber)"]
    metadata.supportURL = "https://support.\(texts.company).example/kb/\(unit.kbNumber)"
    guard unit.classification == Words.securityClassification else { return }
    metadata.msrcSeverity = ["Critical", "Important", "Moderate", "Low"][unit.chain % 4]
    metadata.securityBulletins = ["CS\(10 + unit.index % 17)-\(unit.index % 1_000)"]
  }

  /// In conjunctive normal form: product, classification, detectoids, perhaps an earlier update.
  private func prerequisites(isMember: Bool) -> [PrerequisiteClause] {
    let detectoids = unit.detectoids.map { categories.guid(.detectoid, $0) }
    var clauses = [
      PrerequisiteClause(updateIDs: [categories.guid(.product, unit.product)], isCategory: true),
      PrerequisiteClause(updateIDs: [categories.guid(.classification, unit.classification)], isCategory: true),
      PrerequisiteClause(updateIDs: Array(Set(detectoids)).sorted()),
    ]
    if !isMember, let earlier = unit.prerequisite {
      clauses.append(PrerequisiteClause(updateIDs: [Self.topLevel(earlier, categories)]))
    }
    return clauses
  }

  /// Each file once: one may be shared twice, and files of a few bytes may be alike.
  private func files(owner: Int, revision: Int) throws(SealingError) -> [GeneratedFile] {
    var files: [GeneratedFile] = []
    for plan in FilePlan.files(of: unit, owner: owner, revision: revision, shape: shape) {
      let next = try file(plan, revision: revision)
      if !files.contains(where: { $0.file.digest == next.file.digest }) { files.append(next) }
    }
    return files
  }

  private func file(_ plan: FilePlan, revision: Int) throws(SealingError) -> GeneratedFile {
    let content = GeneratedContent(seed: plan.contentSeed, length: layout.length(of: plan))
    let digests = try content.digests()
    let file = ContentFile(
      digest: digests.sha1,
      additionalDigests: [AdditionalDigest(algorithm: "SHA256", bytes: digests.sha256.bytes)], fileName: plan.name,
      size: content.length, modified: plan.isNew ? texts.created(revision: revision) : nil,
      patchingType: plan.isExpress ? .express : unit.hasExpressFiles ? .selfContained : nil,
      isEncrypted: unit.isEncrypted)
    let folder = digests.sha1.folder.lowercased()
    let location = FileLocation(
      digest: digests.sha1,
      muURL: "http://download.\(texts.company).example/\(folder)/\(digests.sha1.hex.lowercased())/\(plan.name)",
      decryptionKey: unit.isEncrypted ? Array(digests.sha256.bytes.prefix(16)) : nil)
    return GeneratedFile(file: file, content: content, location: location)
  }

  private func finished(
    _ metadata: UpdateMetadata, _ files: [GeneratedFile], owner: Int, number: Int
  ) -> GeneratedRevision {
    var stream = SplitMix(shape.seed, 400, UInt64(unit.index) << 16 | UInt64(owner + 1) << 8 | UInt64(number))
    var markup = UpdateDocumentWriter.Markup(
      handlerData: texts.handlerData(files), publisherID: categories.guid(.publisher, 0))
    let frame = UpdateDocumentWriter.write(metadata, markup: markup).count
    let length = documentLength(&stream)
    var rules = RuleText(stream: stream, product: texts.product, capacity: max(512, length - frame))
    if unit.isDriver { rules.writeDriverMetadata(provider: texts.company, released: texts.created(revision: 0)) }
    rules.writeRules(length: length - frame)
    markup.rules = rules.bytes
    let document = UpdateDocumentWriter.write(metadata, markup: markup)
    return GeneratedRevision(metadata: metadata, document: document, files: files)
  }

  /// Around the wanted median; one in five hundred is eight times as long. Documents cannot be shorter
  /// than all but their rules, which shifts the middle up: 0.84 brings it back.
  private func documentLength(_ stream: inout SplitMix) -> Int {
    let stretch = PowerOfTwo.near(stream.bell() * 0.8) * (stream.below(500) == 0 ? 8 : 1)
    return Int(Double(shape.medianDocument) * 0.84 * stretch)
  }
}
