package pairing

import "gongyi/internal/platform/i18n"

// sentences say what a community said, behind its name.
var sentences = map[What]i18n.Message{
	Proposed:  i18n.M("提出了结对"),
	Accepted:  i18n.M("同意了结对"),
	Declined:  i18n.M("没有同意结对"),
	Withdrawn: i18n.M("收回了结对的提议"),
	Ended:     i18n.M("结束了结对"),
	Replaced:  i18n.M("记下这一份不再用：同时谈成了两份，按限额更严的那份来"),
}

// Sentence says what a community said, behind its name.
func Sentence(w What) i18n.Message { return sentences[w] }

// names are the states of an agreement.
var names = map[What]i18n.Message{
	Proposed:  i18n.M("等对方同意"),
	Accepted:  i18n.M("结对中"),
	Declined:  i18n.M("没有谈成"),
	Withdrawn: i18n.M("提议收回了"),
	Ended:     i18n.M("结对结束了"),
	Replaced:  i18n.M("由另一份代替"),
}

// Name is a state of an agreement for people.
func Name(w What) i18n.Message { return names[w] }
