/// Days of the proleptic Gregorian calendar, counted from 0001-01-01 = 0.
enum CivilDate {
  static func dayNumber(year: Int, month: Int, day: Int) -> Int {
    // Years begin in March, so that the leap day is the last day of a year.
    let marchYear = month <= 2 ? year - 1 : year
    let marchMonth = (month + 9) % 12
    let days = 365 * marchYear + marchYear / 4 - marchYear / 100 + marchYear / 400
    return days + (marchMonth * 306 + 5) / 10 + day - 1 - 306
  }

  static func parts(ofDay dayNumber: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = dayNumber + 306
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  static func daysInMonth(year: Int, month: Int) -> Int {
    switch month {
    case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}
