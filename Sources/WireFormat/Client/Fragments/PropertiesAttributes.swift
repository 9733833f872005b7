/// Which attributes of `Properties` go into which fragment (MS-WUSP 3.1.1.1, WUSP-148, WUSP-157).
enum PropertiesAttributes {
  /// Kept in Core, in this order.
  static let core: [StaticString] = [
    "UpdateType", "ExplicitlyDeployable", "AutoSelectOnWebSites", "OSUpgrade", "EulaID",
  ]

  /// Left out of Extended.
  private static let notExtended: [StaticString] = [
    "UpdateType", "ExplicitlyDeployable", "AutoSelectOnWebSites", "EulaID", "PublicationState", "PublisherID",
    "CreationDate", "IsPublic", "LegacyName", "DetectoidType", "OSUpgrade",
  ]

  /// Left out where they stand in a document: real servers do not send them.
  private static let defaults: [(name: StaticString, value: StaticString)] = [
    ("ExplicitlyDeployable", "false"), ("PerUser", "false"), ("IsPublic", "true"),
  ]

  static func isExtended(_ attribute: XMLStartTag.Attribute) -> Bool {
    !notExtended.contains { attribute.isNamed($0) } && !isDefault(attribute)
  }

  static func isDefault(_ attribute: XMLStartTag.Attribute) -> Bool {
    defaults.contains { name, value in
      attribute.isNamed(name) && attribute.value.elementsEqual("\(value)".utf8)
    }
  }
}

extension FragmentRecorder {
  /// Writes `Properties` for Core: it has no children (A-11, WUSP-149).
  mutating func writeCoreProperties(_ tag: XMLStartTag) {
    open(tag, named: "Properties")
    for name in PropertiesAttributes.core {
      let found = (0..<tag.attributeCount).lazy.compactMap { tag.attribute($0) }
        .first { $0.prefix == nil && $0.isNamed(name) }
      if let found, !PropertiesAttributes.isDefault(found) { write(found) }
    }
    end()
  }

  /// Opens `Properties` for Extended; its children follow.
  mutating func openExtendedProperties(_ tag: XMLStartTag, named name: StaticString) {
    open(tag, named: name)
    for index in 0..<tag.attributeCount {
      guard let attribute = tag.attribute(index), attribute.prefix == nil,
        PropertiesAttributes.isExtended(attribute)
      else { continue }
      write(attribute)
    }
  }
}
