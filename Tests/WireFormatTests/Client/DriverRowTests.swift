import Testing
import UpdateModel

@testable import WireFormat

@Suite("Driver rows")
struct DriverRowTests {
  private func rows(_ rules: String) throws(WireError) -> [DriverRow] {
    let document = """
      <u:Update xmlns:u="http://schemas.microsoft.com/msus/2002/12/Update" \
      xmlns:drv="http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/WindowsDriver">\
      <u:ApplicabilityRules>\(rules)</u:ApplicabilityRules></u:Update>
      """
    return try MetadataFragments.derive(from: Array(document.utf8)).drivers
  }

  private static let attributes =
    #"DriverVerDate="2006-06-21" DriverVerVersion="10.0.26100.1" Class="Printers" Manufacturer="M" Provider="P" "#
    + #"Model="X &amp; Y" WhqlDriverID="4294967295" Company="C""#

  @Test(
    "WUSP-137, WUSP-138, WUSP-139, WUSP-140, WUSP-259: one row for each WindowsDriverMetaData, with all that ranks it")
  func rows() throws {
    let found = try rows(
      """
      <u:IsInstalled><drv:WindowsDriverInstalled/></u:IsInstalled>
      <u:Metadata>
       <drv:WindowsDriverMetaData HardwareID="PCI\\VEN_8086&amp;DEV_1" \(Self.attributes)>
        <drv:CompatibleProvider> Other </drv:CompatibleProvider><drv:CompatibleProvider/>
        <drv:FeatureScore OperatingSystem="amd64.10.0" FeatureScore="255"/>
        <drv:FeatureScore OperatingSystem="x86.10.0" FeatureScore="0"></drv:FeatureScore>
        <drv:DistributionComputerHardwareId>\(Samples.guid)</drv:DistributionComputerHardwareId>
        <drv:TargetComputerHardwareId> {\(Samples.other)} </drv:TargetComputerHardwareId>
        <drv:TargetComputerHardwareId><![CDATA[\(Samples.guid)]]></drv:TargetComputerHardwareId>
       </drv:WindowsDriverMetaData>
       <drv:WindowsDriverMetaData HardwareID="B" \(Self.attributes)/>
       <drv:WindowsDriverMetaData HardwareID="C" \(Self.attributes)/>
      </u:Metadata>
      """)
    #expect(found.map(\.hardwareID) == ["PCI\\VEN_8086&DEV_1", "B", "C"])
    #expect(
      found[0]
        == DriverRow(
          hardwareID: "PCI\\VEN_8086&DEV_1", date: Timestamp(year: 2006, month: 6, day: 21),
          version: 10 << 48 | 26_100 << 16 | 1, deviceClass: "Printers", manufacturer: "M", provider: "P",
          model: "X & Y", whqlDriverID: 4_294_967_295, compatibleProviders: ["Other"],
          featureScores: [
            .init(operatingSystem: "amd64.10.0", score: 255), .init(operatingSystem: "x86.10.0", score: 0),
          ], distributionComputerHardwareIDs: [Samples.guid],
          targetComputerHardwareIDs: [Samples.other, Samples.guid]))
    #expect(found[1].featureScores.isEmpty && found[2].targetComputerHardwareIDs.isEmpty)
  }

  @Test("values that cannot be read count as absent; without a hardware ID there is no row")
  func unreadable() throws {
    let found = try rows(
      """
      <u:Metadata><drv:WindowsDriverMetaData HardwareID="A" DriverVerDate="soon" DriverVerVersion="1.2.x" \
      WhqlDriverID="-"><FeatureScore OperatingSystem="a" FeatureScore="256"/><FeatureScore FeatureScore="1"/>\
      <TargetComputerHardwareId>none</TargetComputerHardwareId></drv:WindowsDriverMetaData>\
      <drv:WindowsDriverMetaData/><drv:WindowsDriverMetaData HardwareID=""/></u:Metadata>
      """)
    #expect(found == [DriverRow(hardwareID: "A", date: Timestamp(ticks: 0), version: 0)])
  }

  @Test("the same element elsewhere is no row")
  func elsewhere() throws {
    let row = #"<drv:WindowsDriverMetaData HardwareID="A"/>"#
    #expect(
      try rows("\(row)<u:IsInstalled>\(row)</u:IsInstalled><u:Metadata><x>\(row)</x></u:Metadata>").isEmpty)
  }

  @Test("WUSP-152: the rows stay in Core too")
  func core() throws {
    let document = """
      <Update xmlns:d="http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/WindowsDriver"><ApplicabilityRules>\
      <Metadata><d:WindowsDriverMetaData HardwareID="A"><d:CompatibleProvider>P</d:CompatibleProvider>\
      </d:WindowsDriverMetaData></Metadata></ApplicabilityRules></Update>
      """
    #expect(
      String(decoding: try MetadataFragments.derive(from: Array(document.utf8)).core, as: UTF8.self)
        == #"<ApplicabilityRules><Metadata><d.WindowsDriverMetaData HardwareID="A"><d.CompatibleProvider>P"#
        + "</d.CompatibleProvider></d.WindowsDriverMetaData></Metadata></ApplicabilityRules>")
  }
}
