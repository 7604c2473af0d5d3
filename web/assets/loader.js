// later
var css=__CSS__,panels=__PANELS__;
