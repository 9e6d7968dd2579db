package sheet

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestPlainNumbers(t *testing.T) {
	for in, want := range map[string]string{
		"128.4": "128.4", "1.1000000000000001": "1.1", "0.28000000000000003": "0.28", "99999999999999.995": "100000000000000",
		"1E5": "100000", "1E+00": "1", "-7e0": "-7", "1.5e-3": "0.0015", "-2.50": "-2.5", "0.0": "0", "-0.0": "0", "3.": "3", ".5": "0.5",
		"12345678901234567": "12345678901234567", "1.2345678901234567E+17": "123456789012346000", "42": "42", " 7 ": "7", "007": "007",
		"abc": "abc", "1.2.3": "1.2.3", "1E99": "1E99", "": "", "-": "-", "1e": "1e", "--1.0": "--1.0",
	} {
		if got := string(appendPlain(nil, in)); got != want {
			t.Errorf("%q → %q, want %q", in, got, want)
		}
	}
}

// What a person types with up to fifteen digits comes back, although the
// workbook holds the binary number that is nearest to it, in 17 digits.
func TestTypedNumberComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cents := rapid.Int64Range(1, 999_999_999_999_999).Draw(t, "cents")
		whole, frac := strconv.FormatInt(cents/100, 10), strconv.FormatInt(100+cents%100, 10)[1:]
		typed := strings.TrimSuffix(strings.TrimRight(whole+"."+frac, "0"), ".")
		binary, err := strconv.ParseFloat(typed, 64)
		if err != nil {
			t.Fatal(err)
		}
		for _, written := range []string{strconv.FormatFloat(binary, 'g', 17, 64), strconv.FormatFloat(binary, 'f', -1, 64), strconv.FormatFloat(binary, 'E', -1, 64)} {
			if got := string(appendPlain(nil, written)); got != typed {
				t.Fatalf("%s was written %s and read %s", typed, written, got)
			}
		}
	})
}

func TestSerial(t *testing.T) {
	shanghai := time.FixedZone("Asia/Shanghai", 8*3600)
	for _, c := range []struct {
		number string
		mac    bool
		want   string // "" for refused
	}{
		{"42736", false, "2017-01-01T00:00:00+08:00"},
		{"42736.5", false, "2017-01-01T12:00:00+08:00"},
		{"42736.3128125", false, "2017-01-01T07:30:27+08:00"},
		{"42736.312824074074", false, "2017-01-01T07:30:28+08:00"},
		{"42736.999999999999", false, "2017-01-02T00:00:00+08:00"},
		{"41274.5", true, "2017-01-01T12:00:00+08:00"},
		{"61", false, "1900-03-01T00:00:00+08:00"},
		{"60", false, ""}, {"0.5", false, ""}, {"-5", false, ""}, {"9999999", false, ""}, {"12345678", false, ""}, {"4e4", false, ""}, {"", false, ""},
	} {
		got, ok := (&Reader{epoch1904: c.mac}).Serial([]byte(c.number), shanghai)
		text := ""
		if ok {
			text = got.Format(time.RFC3339Nano)
		}
		if text != c.want {
			t.Errorf("%s (1904: %v) = %q, want %q", c.number, c.mac, text, c.want)
		}
	}
}

// Every second of a day survives being kept as a part of the day in fifteen digits.
func TestSerialSeconds(t *testing.T) {
	r := &Reader{}
	start := time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC)
	for s := range 86_400 {
		serial := strconv.FormatFloat(42736+float64(s)/86_400, 'g', 17, 64)
		got, ok := r.Serial(appendPlain(nil, serial), time.UTC)
		if !ok || !got.Equal(start.Add(time.Duration(s)*time.Second)) {
			t.Fatalf("second %d was read as %v", s, got)
		}
	}
}
