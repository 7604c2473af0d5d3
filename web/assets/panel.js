// later
var css=__CSS__,t=__TEXTS__,s=__SITE__;
