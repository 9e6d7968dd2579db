package person

import "strings"

// Surname is the first character of a Chinese name, one of the double surnames, or
// the last word of another name.
func (p *Person) Surname() string {
	for _, double := range doubleSurnames {
		if strings.HasPrefix(p.Name, double) {
			return double
		}
	}
	if words := strings.Fields(p.Name); len(words) > 1 {
		return words[len(words)-1]
	}
	for _, first := range p.Name {
		return string(first)
	}
	return ""
}

var doubleSurnames = []string{"欧阳", "司马", "上官", "诸葛", "司徒", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "东方", "端木", "南宫"}
