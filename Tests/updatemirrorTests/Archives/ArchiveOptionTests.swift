import ArgumentParser
import Export
import Testing
import UpdateModel

@testable import updatemirror

@Suite("Options of archives")
struct ArchiveOptionTests {
  @Test(
    "volumes are sized by medium or by bytes; a short unit is decimal",
    arguments: [
      ("DVD", VolumeLimit.medium(.dvd)), ("bd25", .medium(.bd25)), ("DVD-DL", .medium(.dvdDL)),
      ("4G", .bytes(4_000_000_000)), ("4 GiB", .bytes(4 << 30)), ("700M", .bytes(700_000_000)),
      ("2097152", .bytes(2 << 20)),
    ])
  func sizes(text: String, limit: VolumeLimit) { #expect(VolumeSize.limit(text) == limit) }

  @Test("other sizes are refused", arguments: ["", "G", "0", "2097151", "4X", "-4G", "4 G B", "DVDs", "4.5.6G", "1e9"])
  func otherSizes(text: String) { #expect(VolumeSize.limit(text) == nil) }

  @Test("an archive expires at a time, at the end of a day, or days after its own")
  func expiry() throws {
    let start = try #require(ExpiryDate.moment("2026-11-23T09:30:00Z"))
    #expect(ExpiryDate("2027-03-01")?.moment(from: start).description == "2027-03-01T23:59:59Z")
    #expect(ExpiryDate("2027-03-01T12:00:00Z")?.moment(from: start).description == "2027-03-01T12:00:00Z")
    #expect(ExpiryDate("30d")?.moment(from: start).description == "2026-12-23T23:59:59Z")
  }

  @Test(
    "other dates are refused",
    arguments: [
      "", "30", "d", "0d", "-1d", "+1d", "1.5d", "2027-02-29", "2027-3-1", "01.03.2027", "2027-03-01T12:00:00", "30h",
      "2027-03-01T12:00:00+01:00", "2027-03-01 12:00:00Z", "99999999999999999999d",
    ])
  func otherDates(text: String) { #expect(ExpiryDate(text) == nil) }

  @Test("names of certificates come from their files")
  func names() {
    #expect(CertificateFile.name("/media/x/head quarters.pem") == "head-quarters")
    #expect(CertificateFile.name("hq.example.crt") == "hq.example")
    #expect(CertificateFile.name(String(repeating: "a", count: 90)).count == 64)
    #expect(KeysCreate.standardName(String(repeating: "b", count: 90), "archives").count == 64)
  }

  @Test("long lists of volumes are cut")
  func volumes() {
    #expect(VolumeNames.text([3]) == "volume 3")
    #expect(VolumeNames.text([1, 2]) == "volumes 1, 2")
    #expect(VolumeNames.text(Array(1...22)).hasSuffix("19, 20 and 2 more"))
  }

  @Test("options that contradict each other are mistakes of the command line")
  func contradictions() {
    func parses(_ words: String...) -> Bool { (try? UpdateMirror.parseAsRoot(words)) != nil }
    #expect(parses("export", "plan", "--since-receipt", "x"))
    #expect(!parses("export", "plan", "--since-receipt", "x", "--since-archive", "y"))
    #expect(!parses("export", "plan", "--volume-size", "1K"))
    #expect(!parses("export", "create", "x", "--expires", "soon"))
    #expect(!parses("export", "create", "x", "--target", "hq"))
    #expect(!parses("export", "create", "x", "--created", "2027-03-01"))
    #expect(!parses("export", "create", "x", "--sequence", "0"))
    #expect(!parses("keys", "create", "x", "--from", "f", "--valid-days", "3"))
    #expect(!parses("keys", "create", "x", "--valid-days", "0"))
    #expect(!parses("export", "verify"))
  }
}
