import UpdateModel

/// Applicability rules of about a wanted length, in the elements that real documents use.
///
/// Nobody here reads them: they are what makes metadata long.
struct RuleText {
  private(set) var bytes: [UInt8] = []
  private var stream: SplitMix
  private let product: String

  init(stream: SplitMix, product: String, capacity: Int) {
    self.stream = stream
    self.product = product.replacing(" ", with: "")
    bytes.reserveCapacity(capacity + 1_024)
  }

  private static let logic = #" xmlns:lar="http://schemas.microsoft.com/msus/2002/12/LogicalApplicabilityRules""#
  private static let base = #" xmlns:bar="http://schemas.microsoft.com/msus/2002/12/BaseApplicabilityRules""#

  /// Both rules of an update, together about `length` bytes.
  mutating func writeRules(length: Int) {
    write("<upd:IsInstalled><lar:And\(Self.logic)>")
    writeConditions(until: length / 3)
    write("</lar:And></upd:IsInstalled><upd:IsInstallable><lar:And\(Self.logic)><lar:Not>")
    writeCondition()
    write("</lar:Not><lar:Or>")
    writeConditions(until: length - 70)
    write("</lar:Or></lar:And></upd:IsInstallable>")
  }

  /// The rule of a category or detectoid.
  mutating func writeShortRule(isAlwaysTrue: Bool) {
    write("<upd:IsInstalled>")
    if isAlwaysTrue { write("<lar:True\(Self.logic) />") } else { writeCondition() }
    write("</upd:IsInstalled>")
  }

  /// What an update service matches with the devices of a computer.
  mutating func writeDriverMetadata(provider: String, released: Timestamp) {
    write(#"<upd:Metadata><drv:WindowsDriverMetaData xmlns:drv="http://schemas.microsoft.com/msus/2002/12/"#)
    write(#"UpdateHandlers/WindowsDriver" HardwareID="PCI\VEN_\#(hexadecimal())&amp;DEV_\#(hexadecimal())""#)
    write(#" DriverVerDate="\#(released.dateText)" DriverVerVersion="\#(version())" Class="Net""#)
    write(#" Manufacturer="\#(provider)" Provider="\#(provider)" Model="\#(provider) Adapter \#(stream.below(900))""#)
    write(#" WhqlDriverID="\#(stream.below(1 << 30))" /></upd:Metadata>"#)
  }

  private mutating func writeConditions(until length: Int) {
    repeat {
      if stream.chance(20) {
        write("<lar:And>")
        writeCondition()
        writeCondition()
        write("</lar:And>")
      } else {
        writeCondition()
      }
    } while bytes.count < length
  }

  private mutating func writeCondition() {
    let key = #"Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\\#(product)\Servicing\Components" Value="#
    switch stream.below(5) {
    case 0:
      write(#"<bar:RegDword \#(key)"State" Comparison="EqualTo" Data="\#(stream.below(4))"\#(Self.base) />"#)
    case 1:
      write(#"<bar:RegSzToVersion \#(key)"Version" Comparison="LessThan" Data="\#(version())"\#(Self.base) />"#)
    case 2:
      write(#"<bar:FileVersionPrependRegSz Path="core\#(stream.below(40)).dll" Comparison="GreaterThanOrEqualTo""#)
      write(#" Version="\#(version())" \#(key)"InstallLocation"\#(Self.base) />"#)
    case 3:
      write(#"<bar:FileExists Csidl="37" Path="\#(product)\module\#(stream.below(200)).sys""#)
      write(#" Version="\#(version())"\#(Self.base) />"#)
    default:
      write(#"<bar:WindowsVersion Comparison="GreaterThanOrEqualTo" MajorVersion="10" MinorVersion="0""#)
      write(#" BuildNumber="\#(14_000 + stream.below(12_000))" ProductType="\#(1 + stream.below(3))"\#(Self.base) />"#)
    }
  }

  private mutating func version() -> String {
    let number = stream.next()
    return "\(number & 15).\(number >> 4 & 31).\(number >> 9 & 0x7FFF).\(number >> 24 & 0xFFF)"
  }

  private mutating func hexadecimal() -> String {
    let digits = String(stream.below(0x10000), radix: 16, uppercase: true)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }

  private mutating func write(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
