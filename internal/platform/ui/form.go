package ui

import (
	"context"
	"strings"

	"github.com/a-h/templ"

	"gongyi/internal/platform/i18n"
)

// TokenName is the hidden field with which a form says that sending it twice is
// sending it once.
const TokenName = "once"

// Form is a form that works without a script. Its method is POST unless said
// otherwise; the answer to a POST that succeeded is a redirect (303).
type Form struct {
	ID     string
	In     string // what its fields have as theirs, where a page has several forms
	Action string
	Get    bool    // a form that only asks
	Token  string  // for TokenName, "" leaves it out
	Upload bool    // it carries files
	Queue  string  // what waits, if it may wait for the network: 请网格员帮忙; a script adds TokenName then
	Wrong  []Wrong // what must be mended, in the order of the fields
	Busy   string  // what the button says while it is sent: 正在收款，请等一下
	Class  string
}

// Wrong is one thing to mend in a form.
type Wrong struct {
	Field string // its name, "" if it is about the whole form
	Text  string // says what to do
}

// Of finds what is wrong with a field, "" if nothing is.
func (f Form) Of(field string) string {
	for _, w := range f.Wrong {
		if w.Field == field {
			return w.Text
		}
	}
	return ""
}

func (f Form) method() string {
	if f.Get {
		return "get"
	}
	return "post"
}

func (f Form) encoding() string {
	if f.Upload {
		return "multipart/form-data"
	}
	return "application/x-www-form-urlencoded"
}

// Field is one question of a form. A method draws it: Text, Tel, Number, Amount,
// Date, Time, Month, Area, Select, Pick, PickMany, Check, File, Code, Search.
type Field struct {
	Name, Label string
	In          string // the form it is in, where a page has several that ask the same
	Aside       string // small, beside the label: 约 1 小时
	Help        string // below the field
	Error       string // below the field, says what to do
	Value       string // what was typed is kept
	Values      []string
	Hint        string // an example inside the empty field; never needed to understand it
	Optional    bool   // writes 可不填; every other field is required
	Icon, Unit  string // before and after the field
	Options     []Option

	Auto          string // autocomplete
	Mode          string // inputmode
	Min, Max      string
	Step, Pattern string
	MaxLen, Rows  int
	Digits        int    // of a Code, 6 if 0
	Accept        string // of a File
	Multiple      bool
	ReadOnly      bool
	Focus         bool
	Attrs         templ.Attributes // data-… for a script
}

// Option is one answer of a Select or a Pick.
type Option struct {
	Value, Text string
	Note        string // under it, Pick only
	Icon        string // above it, Pick only
	Off         bool   // cannot be chosen now
}

func (f Field) id() string { return fieldID(f.In, f.Name) }

func fieldID(in, name string) string {
	if in != "" {
		in += "-"
	}
	return "f-" + in + name
}

// describedBy names the lines below the field.
func (f Field) describedBy() string {
	var ids []string
	if f.Error != "" {
		ids = append(ids, f.id()+"-bad")
	}
	if f.Help != "" {
		ids = append(ids, f.id()+"-help")
	}
	return strings.Join(ids, " ")
}

func (f Field) holds(value string) bool {
	if value == f.Value && (f.Value != "" || len(f.Values) == 0) {
		return true
	}
	for _, v := range f.Values {
		if v == value {
			return true
		}
	}
	return false
}

// attrs are the attributes that every kind of input has.
func (f Field) attrs() templ.Attributes {
	a := templ.Attributes{"id": f.id(), "name": f.Name}
	set := func(name, value string) {
		if value != "" {
			a[name] = value
		}
	}
	set("aria-describedby", f.describedBy())
	set("placeholder", f.Hint)
	set("autocomplete", f.Auto)
	set("inputmode", f.Mode)
	set("min", f.Min)
	set("max", f.Max)
	set("step", f.Step)
	set("pattern", f.Pattern)
	if f.MaxLen > 0 {
		a["maxlength"] = f.MaxLen
	}
	if f.Error != "" {
		a["aria-invalid"] = "true"
	}
	if !f.Optional {
		a["required"] = true
	}
	if f.ReadOnly {
		a["readonly"] = true
	}
	if f.Focus {
		a["autofocus"] = true
	}
	for k, v := range f.Attrs {
		a[k] = v
	}
	return a
}

func (f Field) class() string {
	if f.Error != "" {
		return "box bad"
	}
	return "box"
}

// with fills what a kind of field has by itself, unless the caller said it.
func (f Field) with(auto, mode string) Field {
	if f.Auto == "" {
		f.Auto = auto
	}
	if f.Mode == "" {
		f.Mode = mode
	}
	return f
}

// code fills what a one-time code needs.
func (f Field) code() Field {
	if f.Digits == 0 {
		f.Digits = 6
	}
	f.MaxLen, f.Pattern = f.Digits, "[0-9]*"
	return f.with("one-time-code", "numeric")
}

func (f Field) rows() int {
	if f.Rows == 0 {
		return 3
	}
	return f.Rows
}

// many lays short answers out four in a row, others three or two.
func (f Field) many() string {
	longest := 0
	for _, o := range f.Options {
		longest = max(longest, len([]rune(o.Text)), len([]rune(o.Note)))
	}
	switch {
	case longest > 16:
		return "pick one"
	case longest > 8 || len(f.Options) == 2:
		return "pick two"
	case len(f.Options)%4 == 0:
		return "pick four"
	}
	return "pick"
}

// wrongTitle says how many things are to mend.
func wrongTitle(ctx context.Context, n int) string {
	return i18n.T(ctx, "有 %d 处要改，您填的都留着", n)
}
