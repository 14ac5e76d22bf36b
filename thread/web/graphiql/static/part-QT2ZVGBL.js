import{a}from"./part-SOESKG7P.js";import"./part-ZB7YTQVJ.js";import"./part-EE5YQO43.js";export default a();
